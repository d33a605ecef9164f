// SPDX-License-Identifier: MIT
/// @file
/// @brief The numbered sentences about a type that is no problem, or whose optional members do not fit.
#pragma once

#include <gdm/nn/denoiser.hpp>
#include <gdm/problem/problem.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// Whether the tokens, if there are any, make up the features and the latent.
template <class P>
inline constexpr bool tokens_add_up =
    !has_tokens<P> || (tokens_of<P>().feature_size() == feature_type<P>::type::RowsAtCompileTime &&
                       tokens_of<P>().latent_size() == latent_type<P>::type::RowsAtCompileTime);

/// One sentence for each optional member that is there but does not fit.
template <class P>
constexpr bool check_problem_hooks() {
  constexpr bool optimal = has_optimal<P> || !optimal_hook::named<P>;
  constexpr bool validate = has_validate<P> || !validate_hook::named<P>;
  constexpr bool baseline = has_baseline<P> || !baseline_hook::named<P>;
  constexpr bool bound = has_bound<P> || !bound_hook::named<P>;
  constexpr bool refine = has_refine<P> || !refine_hook::named<P>;
  static_assert(optimal, "[GDM-S21] `optimal` must be `static Solution optimal(const Condition&)`");
  static_assert(fitting_draw<P>,
                "[GDM-S22] `draw` must be `template <class Generator> static Condition draw(Generator&)`");
  static_assert(fitting_name<P>, "[GDM-S23] `name` must be `static constexpr std::string_view name`");
  static_assert(validate, "[GDM-S24] `validate` must be `static void validate(const Condition&)`");
  static_assert(baseline, "[GDM-S25] `baseline` must be `static Solution baseline(const Condition&)`");
  static_assert(bound, "[GDM-S26] `bound` must be `static double bound(const Condition&)`");
  static_assert(refine, "[GDM-S44] `refine` must be `static Solution refine(const Condition&, const Solution&)`");
  static_assert(fitting_features<P>,
                "[GDM-S27] `Features` must be a `gdm::Vector<N>`, with `static Features features(const Condition&)`");
  static_assert(fitting_codec<P>,
                "[GDM-S28] `Latent` must be a `gdm::Vector<N>`, with `static Latent encode(const Condition&, const "
                "Solution&)` and `static Solution decode(const Condition&, const Latent&)`");
  static_assert(fitting_context<P>,
                "[GDM-S36] `Context` must have a default constructor and `static Context context(const Condition&)`, "
                "and another member, `decode` say, an overload with a further `const Context&`");
  static_assert(fitting_tokens<P>, "[GDM-S29] `tokens` must be `static constexpr gdm::TokenLayout tokens`");
  if constexpr (fitting_features<P> && fitting_codec<P> && fitting_tokens<P>) {
    static_assert(tokens_add_up<P>, "[GDM-S17] the problem's `tokens` must add up to its Features and Latent");
    static_assert(fitting_pairs<P>,
                  "[GDM-S45] `tokens.pair_features` = C asks for `static gdm::Vector<C * count * count> "
                  "pair_features(const Condition&)`, and this member for that number");
    static_assert(fitting_steps<P>,
                  "[GDM-S46] `tokens.step_features` = D asks for `static gdm::Vector<D * count> step_features(const "
                  "Condition&, const Latent&)`, and this member for that number");
    static_assert(fitting_present<P>,
                  "[GDM-S47] `present` must be `static bool present(const Condition&, int token)`, in a problem with "
                  "`tokens` and without global latents");
    return tokens_add_up<P> && fitting_pairs<P> && fitting_steps<P> && fitting_present<P> && optimal &&
           fitting_draw<P> && fitting_name<P> && validate && baseline && bound && refine && fitting_context<P>;
  }
  return false;
}

/// One sentence for each missing member. A function body, since clang stops at a class's first failing assertion.
template <class P>
constexpr bool check_problem_members() {
  static_assert(has_condition<P>, "[GDM-S11] Problem needs `using Condition = gdm::Vector<N>`");
  static_assert(has_solution<P>, "[GDM-S12] Problem needs `using Solution = gdm::Vector<N>`");
  static_assert(has_sense<P>, "[GDM-S13] Problem needs `static constexpr gdm::Sense sense`");
  static_assert(!has_vectors<P> || has_objective<P>,
                "[GDM-S14] Problem needs `static double objective(const Condition&, const Solution&)`");
  static_assert(!has_vectors<P> || has_project<P>,
                "[GDM-S15] Problem needs `static Solution project(const Condition&, const Solution&)`");
  static_assert(!has_vectors<P> || has_violation<P>,
                "[GDM-S16] Problem needs `static double violation(const Condition&, const Solution&)`");
  if constexpr (Problem<P>) {
    return check_problem_hooks<P>();
  }
  return false;
}

/// Whether P is a problem; if not, sentences have said why. One whose `valid_size` is false has senseless sizes, of which
/// more errors would follow.
template <class P>
constexpr bool check_problem_type() {
  static_assert(
      !invalid_size<P>,
      "[GDM-S35] the size of the problem makes no sense (its `valid_size` is false): give it at least one channel, "
      "node or terminal, SumRate<3> say");
  if constexpr (invalid_size<P>) {
    return false;
  } else {
    return check_problem_members<P>();
  }
}

/// As `check_problem_type`, for a place that can go on without a sound P: always true.
template <class P>
constexpr bool report_problem_type() {
  return check_problem_type<P>() || true;
}

/// The vectors of P, or some where P has none, so that no error follows the one that was reported.
template <class P>
struct condition_type {
  using type = Vector<1>;
};
template <has_condition P>
struct condition_type<P> {
  using type = typename P::Condition;
};
template <class P>
struct solution_type {
  using type = Vector<1>;
};
template <has_solution P>
struct solution_type<P> {
  using type = typename P::Solution;
};

}  // namespace detail

GDM_NAMESPACE_END
