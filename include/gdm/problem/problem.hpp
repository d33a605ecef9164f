// SPDX-License-Identifier: MIT
/// @file
/// @brief The Problem concept: what a problem must offer, what it may offer, and the stand-ins for what it does not.
#pragma once

#include <string_view>

#include <gdm/problem/requirements.hpp>

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
/// | `Solution baseline(Condition)`           | a cheap feasible answer                     | none                 | GDM-S25 |
/// | `double bound(Condition)`                | no solution is better than this             | none                 | GDM-S26 |
/// | `Features`, `features(Condition)`        | what the network sees                       | the condition        | GDM-S27 |
/// | `Latent`, `encode(x, y)`, `decode(x, z)` | what is diffused; decode is feasible        | solution; `project`  | GDM-S28 |
/// | `Context`, `context(Condition)`          | what features, encode and decode share      | nothing              | GDM-S36 |
/// | `TokenLayout tokens`                     | which numbers belong to exchangeable tokens | `SetMlp` is refused  | GDM-S29 |
/// | `Denoiser`                               | the network that the optimizer defaults to  | `Mlp<64, 64, 64>`    | GDM-S34 |
/// | `TrainDefaults training`                 | defaults of the options of `train`          | those of the struct  | GDM-S72 |
/// | `bool sound`                             | false: no problem of this size              | true                 | GDM-S35 |
///
/// What `context(x)` returns is handed to overloads of `features`, `encode` and `decode` with a further `const Context&`; it
/// is computed once an instance, however many samples are decoded.
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
  using Context = typename detail::context_type<P>::type;

  static constexpr Sense sense = P::sense;
  static constexpr int condition_size = Condition::RowsAtCompileTime;
  static constexpr int solution_size = Solution::RowsAtCompileTime;
  static constexpr int feature_size = Features::RowsAtCompileTime;
  static constexpr int latent_size = Latent::RowsAtCompileTime;
  static constexpr bool has_tokens = detail::has_tokens<P>;

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
  static Features features(const Condition& x) {
    if constexpr (detail::has_features<P>) {
      return P::features(x);
    } else {
      return x;
    }
  }
  static Latent encode(const Condition& x, const Solution& y) {
    if constexpr (detail::has_codec<P>) {
      return P::encode(x, y);
    } else {
      return y;
    }
  }
  static Solution decode(const Condition& x, const Latent& z) {
    if constexpr (detail::has_codec<P>) {
      return P::decode(x, z);
    } else {
      return P::project(x, z);
    }
  }
  /// What the next three share, to be computed once an instance.
  static Context context(const Condition& x) {
    if constexpr (detail::has_context<P>) {
      return P::context(x);
    } else {
      return {};
    }
  }
  static Features features(const Condition& x, const Context& shared) {
    if constexpr (detail::features_share<P>) {
      return P::features(x, shared);
    } else {
      return features(x);
    }
  }
  static Latent encode(const Condition& x, const Solution& y, const Context& shared) {
    if constexpr (detail::encode_shares<P>) {
      return P::encode(x, y, shared);
    } else {
      return encode(x, y);
    }
  }
  static Solution decode(const Condition& x, const Latent& z, const Context& shared) {
    if constexpr (detail::decode_shares<P>) {
      return P::decode(x, z, shared);
    } else {
      return decode(x, z);
    }
  }
  /// True if objective `a` is strictly better than `b`.
  static constexpr bool better(double a, double b) noexcept { return sense == Sense::maximize ? a > b : a < b; }
  static double gap(double value, double optimum) noexcept { return relative_gap(sense, value, optimum); }
};

GDM_NAMESPACE_END
