// SPDX-License-Identifier: MIT
/// @file
/// @brief The numbered sentences about wrong template arguments of an optimizer.
#pragma once

#include <gdm/model/policies.hpp>
#include <gdm/problem/problem_errors.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// At most one of `Policies` is of this kind.
template <template <class> class Is, class... Policies>
inline constexpr bool at_most_one = (int(Is<Policies>::value) + ... + 0) <= 1;

template <class P>
concept sound_denoiser = DenoiserPolicy<typename default_denoiser<P>::type>;

/// One sentence if the denoiser of `Set` is not complete, or not made for P.
template <class P, class Set>
constexpr bool check_denoiser() {
  using D = typename Set::Denoiser;
  constexpr bool fits = has_tokens<P> || !needs_tokens<D>;
  static_assert(fits,
                "[GDM-S18] SetMlp needs a problem with `static constexpr gdm::TokenLayout tokens`; Mlp does without");
  constexpr DenoiserShape shape = denoiser_shape<P, Set::Schedule::steps>();
  if constexpr (fits && !invalid_size<D> && refuses<D, shape>) {
    using Network = typename D::template Network<typename Set::Scalar, shape>;
    static_assert(sizeof(Network) > 0);  // NOLINT(bugprone-sizeof-expression): it says why
  } else if constexpr (fits && !invalid_size<D>) {
    constexpr bool complete = complete_denoiser<D, typename Set::Scalar, shape>;
    static_assert(complete,
                  "[GDM-S33] A denoiser needs `static std::string name()` and a template `Network<S, shape>` with the "
                  "members that gdm/nn/denoiser.hpp lists");
    return complete;
  }
  return false;
}

/// One sentence for each policy that is none, comes twice or lacks something.
template <class P, class... Policies>
constexpr bool check_policies() {
  (void)(sizeof(Policies) + ... + 0);  // policies refuse their own arguments here, or clang takes them for no policies
  constexpr bool kinds = (is_policy<Policies> && ...);
  constexpr bool single = at_most_one<is_schedule, Policies...> && at_most_one<is_denoiser, Policies...> &&
                          at_most_one<is_parameterisation, Policies...> && at_most_one<is_sampler, Policies...> &&
                          at_most_one<is_scalar, Policies...> && at_most_one<is_refinement, Policies...> &&
                          at_most_one<is_bundle, Policies...>;
  static_assert(kinds,
                "[GDM-S61] GdmOptimizer takes a problem and then policies in any order: a schedule, a denoiser, a "
                "parameterisation, a sampler, a refinement, PaperPolicies, float or double");
  static_assert(single, "[GDM-S62] GdmOptimizer takes at most one policy of each kind");
  static_assert(includes_defaults<P>,
                "[GDM-S48] the problem's `Defaults` are declared only: include the header that defines them, "
                "gdm/problems/sum_rate/defaults.hpp say");
  static_assert(sound_denoiser<P>, "[GDM-S34] the problem's `Denoiser` must be a denoiser, gdm::Mlp<64, 64> say");
  static_assert(has_training<P>,
                "[GDM-S72] the problem's `training` must be `static constexpr gdm::TrainDefaults training`");
  if constexpr (kinds && single && sound_denoiser<P> && has_training<P>) {
    using Set = PolicySet<P, Policies...>;
    constexpr bool schedule = Schedule<typename Set::Schedule>;
    constexpr bool parameterisation = complete_parameterisation<typename Set::Parameterisation>;
    static_assert(schedule,
                  "[GDM-S42] A schedule needs `static constexpr int steps` of at least 1, `static double beta(int t)` "
                  "and `static std::string name()`");
    static_assert(parameterisation,
                  "[GDM-S63] A parameterisation needs `static gdm::LinearMap target(double alpha_bar)`, `static "
                  "gdm::LinearMap clean(double alpha_bar)` and `static std::string name()`");
    if constexpr (schedule) {
      constexpr bool sampler = complete_sampler<typename Set::Sampler, typename Set::Schedule>;
      static_assert(sampler,
                    "[GDM-S54] A sampler needs `static constexpr int steps(int T)`, `stochastic`, `normalised_steps`, "
                    "`static std::string name()` and a template `updates(const gdm::NoiseLevels<Schedule>&)` that "
                    "returns `std::array<gdm::Update, steps(T)>`");
      if constexpr (Problem<P>) {
        return check_denoiser<P, Set>() && sampler && parameterisation;
      }
    }
  }
  return false;
}

/// Whether an optimizer can be made of these; if not, the sentences above have said why.
template <class P, class... Policies>
constexpr bool check_arguments() {
  if constexpr (check_problem_type<P>()) {
    return check_policies<P, Policies...>();
  }
  return false;
}

}  // namespace detail
GDM_NAMESPACE_END
