// SPDX-License-Identifier: MIT
/// @file
/// @brief The Problem concept: what a problem must have, what it may have, and the stand-ins for what it does not.
#pragma once

#include <limits>
#include <string_view>

#include <gdm/problem/hooks.hpp>

GDM_NAMESPACE_BEGIN

/// A problem is a type with static members: what an instance is, how good a solution is, what is feasible.
///
/// | requirement (`P::`)                    | meaning                                                | error   |
/// |----------------------------------------|--------------------------------------------------------|---------|
/// | `Condition`                            | `gdm::Vector<N>`, the input x in physical units        | GDM-S11 |
/// | `Solution`                             | `gdm::Vector<N>`, the answer y in physical units       | GDM-S12 |
/// | `static constexpr gdm::Sense sense`    | is more or less better                                 | GDM-S13 |
/// | `double objective(Condition, Solution)` | f(x, y); finite on feasible points                    | GDM-S14 |
/// | `Solution project(Condition, Solution)` | a feasible point near any finite y; idempotent        | GDM-S15 |
/// | `double violation(Condition, Solution)` | largest violation relative to its constraint; 0 = none | GDM-S16 |
///
/// | optional (`P::`)                         | meaning                                     | stand-in             | error   |
/// |------------------------------------------|---------------------------------------------|----------------------|---------|
/// | `Solution optimal(Condition)`            | an exact or best known optimum              | no `generate`        | GDM-S21 |
/// | `Condition draw(Generator&)`             | a random instance                           | no `generate`        | GDM-S22 |
/// | `std::string_view name`                  | written into model files                    | "custom"             | GDM-S23 |
/// | `void validate(Condition)`               | throws gdm::Error on a senseless input      | every element finite | GDM-S24 |
/// | `Solution baseline(Condition)`           | the strongest cheap answer, feasible        | none                 | GDM-S25 |
/// | `double bound(Condition)`                | no solution is better than this             | none                 | GDM-S26 |
/// | `double bound(Condition, incumbent)`     | the same; may stop once it proves enough    | `bound(x)`           | GDM-S26 |
/// | `Solution refine(Condition, Solution)`   | one step of ascent: feasible, never worse   | a coordinate search  | GDM-S44 |
/// | `Features`, `features(Condition)`        | what the network sees                       | the condition        | GDM-S27 |
/// | `Latent`, `encode(x, y)`, `decode(x, z)` | what is diffused; decode is feasible        | solution; `project`  | GDM-S28 |
/// | `TokenLayout tokens`                     | which numbers belong to exchangeable tokens | `SetMlp` is refused  | GDM-S29 |
/// | `pair_features(Condition)`               | numbers of every ordered pair of tokens     | none                 | GDM-S45 |
/// | `step_features(x, z)`                    | numbers a token computed from the noisy z   | none                 | GDM-S46 |
/// | `bool present(Condition, int token)`     | whether a token takes part                  | all of them do       | GDM-S47 |
/// | `Context`, `context(Condition)`          | what the other members share                | nothing              | GDM-S36 |
/// | `Denoiser`                               | the network that the optimizer defaults to  | `Mlp<64, 64, 64>`    | GDM-S34 |
/// | `TrainDefaults training`                 | defaults of the options of `train`          | those of the struct  | GDM-S72 |
/// | `Defaults`                               | a type that has the last two                | none                 | GDM-S48 |
/// | `bool valid_size`                             | false: no problem of this size              | true                 | GDM-S35 |
///
/// What `context(x)` returns is computed once an instance, however many samples are decoded and compared. Overloads of
/// features, pair_features, step_features, encode, decode, objective, project, violation and refine get it as a further
/// `const Context&`.
///
/// `pair_features` returns a Vector of count^2 * tokens.pair_features numbers: element (i * count + j) * pair_features + c
/// is number c of what token j means to token i. `step_features` returns tokens.step_features numbers for each token; z is
/// the noisy latent in the problem's own units, any finite numbers. Networks read both as they are: keep them bounded and
/// of order one, and pairs zero for i = j. Where `present` is false, a token gets no answer of its own, and the others get
/// what they would without it: features, pairs and decoder must see to that.
///
/// What no compiler can check is checked by `gdm::check_problem<P>()` (see gdm/problem/check_problem.hpp).
template <class P>
concept Problem = detail::has_vectors<P> && detail::has_sense<P> && detail::has_objective<P> &&
    detail::has_project<P> && detail::has_violation<P>;

/// A problem with every optional member filled in: the library talks to problems only through this.
template <Problem P>
struct ProblemTraits {
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  using Features = typename detail::feature_type<P>::type;
  using Latent = typename detail::latent_type<P>::type;
  using Context = detail::context_t<P>;

  static constexpr Sense sense = P::sense;
  static constexpr int condition_size = Condition::RowsAtCompileTime;
  static constexpr int solution_size = Solution::RowsAtCompileTime;
  static constexpr int feature_size = Features::RowsAtCompileTime;
  static constexpr int latent_size = Latent::RowsAtCompileTime;
  static constexpr bool has_tokens = detail::has_tokens<P>;
  static constexpr TokenLayout tokens = detail::tokens_of<P>();

  static constexpr std::string_view name() {
    if constexpr (detail::has_name<P>) {
      return P::name;
    } else {
      return "custom";
    }
  }
  /// @throws Error [GDM-R202], [GDM-R203]
  static void validate(const Condition& x) {
    require_finite(x, "condition");
    if constexpr (detail::has_validate<P>) {
      P::validate(x);
    }
  }
  /// What the members below share, to be computed once an instance.
  static Context context(const Condition& x) {
    if constexpr (detail::has_context<P>) {
      return P::context(x);
    } else {
      return {};
    }
  }
  static bool present(const Condition& x, int token) {
    if constexpr (detail::has_present<P>) {
      return P::present(x, token);
    } else {
      return true;
    }
  }
  static Features features(const Condition& x, const Context& shared) {
    if constexpr (detail::has_features<P>) {
      return detail::features_hook::call<P, Features>(shared, x);
    } else {
      return x;
    }
  }
  static Features features(const Condition& x) { return features(x, context(x)); }
  static auto pair_features(const Condition& x, const Context& shared) requires(detail::has_pair_features<P>) {
    return detail::pair_features_hook::call<P, Vector<tokens.pair_size()>>(shared, x);
  }
  static auto step_features(const Condition& x, const Latent& z,
                            const Context& shared) requires(detail::has_step_features<P>) {
    return detail::step_features_hook::call<P, Vector<tokens.step_size()>>(shared, x, z);
  }
  static Latent encode(const Condition& x, const Solution& y, const Context& shared) {
    if constexpr (detail::has_codec<P>) {
      return detail::encode_hook::call<P, Latent>(shared, x, y);
    } else {
      return y;
    }
  }
  static Latent encode(const Condition& x, const Solution& y) { return encode(x, y, context(x)); }
  static Solution decode(const Condition& x, const Latent& z, const Context& shared) {
    if constexpr (detail::has_codec<P>) {
      return detail::decode_hook::call<P, Solution>(shared, x, z);
    } else {
      return project(x, z, shared);
    }
  }
  static Solution decode(const Condition& x, const Latent& z) { return decode(x, z, context(x)); }
  static double objective(const Condition& x, const Solution& y, const Context& shared) {
    return static_cast<double>(detail::objective_hook::call<P, double>(shared, x, y));
  }
  static double objective(const Condition& x, const Solution& y) { return objective(x, y, context(x)); }
  static Solution project(const Condition& x, const Solution& y, const Context& shared) {
    return detail::project_hook::call<P, Solution>(shared, x, y);
  }
  static Solution project(const Condition& x, const Solution& y) { return project(x, y, context(x)); }
  static double violation(const Condition& x, const Solution& y, const Context& shared) {
    return static_cast<double>(detail::violation_hook::call<P, double>(shared, x, y));
  }
  static double violation(const Condition& x, const Solution& y) { return violation(x, y, context(x)); }
  static Solution refine(const Condition& x, const Solution& y, const Context& shared) requires(detail::has_refine<P>) {
    return detail::refine_hook::call<P, Solution>(shared, x, y);
  }
  /// A bound on the objective of every solution; NaN where the problem has none.
  static double bound(const Condition& x, double incumbent) {
    if constexpr (detail::has_incumbent_bound<P>) {
      return static_cast<double>(P::bound(x, incumbent));
    } else if constexpr (detail::has_bound<P>) {
      return static_cast<double>(P::bound(x));
    } else {
      return std::numeric_limits<double>::quiet_NaN();
    }
  }
  /// True if objective `a` is strictly better than `b`; NaN is worse than everything.
  static constexpr bool better(double a, double b) noexcept {
    return sense == Sense::maximize ? a > b || (a == a && b != b) : a < b || (a == a && b != b);
  }
  static double gap(double value, double optimum) noexcept { return relative_gap(sense, value, optimum); }
};

GDM_NAMESPACE_END
