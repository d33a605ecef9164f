// SPDX-License-Identifier: MIT
/// @file
/// @brief The Problem concept: what a problem must offer, what it may offer, and the stand-ins for what it does not.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include <gdm/core/random.hpp>
#include <gdm/core/vector.hpp>

GDM_NAMESPACE_BEGIN

/// How a denoiser for sets merges the tokens of an instance: the mean where an instance twice as large is another
/// sample of the same crowd, the sum where every token adds its share to a common load.
enum class Pooling { mean, sum };

/// How the flat feature and latent vectors of a problem divide into exchangeable tokens (channels, nodes, terminals)
/// and global numbers. Layout of `Features`: the `features` numbers of token 0, of token 1, .., then `global_features`
/// numbers; of `Latent`: the `latents` numbers of token 0, of token 1, .., then `global_latents` numbers.
struct TokenLayout {
  int count = 0;                    ///< number of tokens
  int features = 0;                 ///< features of one token
  int global_features = 0;          ///< features that belong to no token
  int latents = 0;                  ///< latent numbers of one token
  int global_latents = 0;           ///< latent numbers that belong to no token (a position, say)
  Pooling pooling = Pooling::mean;  ///< what of all tokens matters to each

  [[nodiscard]] constexpr int feature_size() const noexcept { return count * features + global_features; }
  [[nodiscard]] constexpr int latent_size() const noexcept { return count * latents + global_latents; }
};

namespace detail {

template <class T>
inline constexpr bool is_vector = false;
template <int N>
inline constexpr bool is_vector<Vector<N>> = N > 0;

template <class P>
concept has_condition = requires {
  typename P::Condition;
}
&&is_vector<typename P::Condition>;
template <class P>
concept has_solution = requires {
  typename P::Solution;
}
&&is_vector<typename P::Solution>;
template <class P>
concept has_vectors = has_condition<P> && has_solution<P>;
template <class P>
concept has_sense = requires {
  { P::sense } -> std::convertible_to<Sense>;
};
template <class P>
concept has_objective = requires(const typename P::Condition& x, const typename P::Solution& y) {
  { P::objective(x, y) } -> std::convertible_to<double>;
};
template <class P>
concept has_project = requires(const typename P::Condition& x, const typename P::Solution& y) {
  { P::project(x, y) } -> std::convertible_to<typename P::Solution>;
};
template <class P>
concept has_violation = requires(const typename P::Condition& x, const typename P::Solution& y) {
  { P::violation(x, y) } -> std::convertible_to<double>;
};

template <class P>
concept has_optimal = requires(const typename P::Condition& x) {
  { P::optimal(x) } -> std::convertible_to<typename P::Solution>;
};
template <class P>
concept has_draw = requires(RandomStream& rng) {
  { P::draw(rng) } -> std::convertible_to<typename P::Condition>;
};
template <class P>
concept has_name = requires {
  { P::name } -> std::convertible_to<std::string_view>;
};
template <class P>
concept has_validate = requires(const typename P::Condition& x) {
  P::validate(x);
};
template <class P>
concept has_baseline = requires(const typename P::Condition& x) {
  { P::baseline(x) } -> std::convertible_to<typename P::Solution>;
};
template <class P>
concept has_bound = requires(const typename P::Condition& x) {
  { P::bound(x) } -> std::convertible_to<double>;
};
template <class P>
concept has_features = requires(const typename P::Condition& x) {
  requires is_vector<typename P::Features>;
  { P::features(x) } -> std::convertible_to<typename P::Features>;
};
template <class P>
concept has_latent = requires {
  typename P::Latent;
};
template <class P>
concept has_codec = has_latent<P> &&
    requires(const typename P::Condition& x, const typename P::Solution& y, const typename P::Latent& z) {
  requires is_vector<typename P::Latent>;
  { P::encode(x, y) } -> std::convertible_to<typename P::Latent>;
  { P::decode(x, z) } -> std::convertible_to<typename P::Solution>;
};
template <class P>
concept has_tokens = requires {
  { P::tokens } -> std::convertible_to<TokenLayout>;
};

}  // namespace detail

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
/// | optional (`P::`)                         | meaning                                     | stand-in              |
/// |------------------------------------------|---------------------------------------------|-----------------------|
/// | `Solution optimal(Condition)`            | an exact or best known optimum              | no `generate`         |
/// | `Condition draw(Generator&)`             | a random instance                           | no `generate`         |
/// | `std::string_view name`                  | written into model files                    | "custom"              |
/// | `void validate(Condition)`               | throws gdm::Error on a senseless input      | every element finite  |
/// | `Features`, `features(Condition)`        | what the network sees                       | the condition         |
/// | `Latent`, `encode(x, y)`, `decode(x, z)` | what is diffused; decode is feasible        | solution; `project`   |
/// | `TokenLayout tokens`                     | which numbers belong to exchangeable tokens | `SetMlp` is refused   |
/// | `Denoiser`                               | the network that the optimizer defaults to  | `Mlp<64, 64, 64>`     |
/// | `TrainDefaults training`                 | defaults of the options of `train`          | those of the struct   |
/// | `Solution baseline(Condition)`           | a cheap feasible answer                     | none                  |
/// | `double bound(Condition)`                | no solution is better than this             | none                  |
///
/// What no compiler can check is checked by `gdm::check_problem<P>()` (see gdm/analysis/check_problem.hpp).
template <class P>
concept Problem = detail::has_vectors<P> && detail::has_sense<P> && detail::has_objective<P> &&
    detail::has_project<P> && detail::has_violation<P>;

namespace detail {

/// One sentence for each missing member. A function body, since clang stops at a class's first failing assertion.
template <class P>
constexpr bool check_problem_type() {
  static_assert(has_condition<P>, "[GDM-S11] Problem needs `using Condition = gdm::Vector<N>`");
  static_assert(has_solution<P>, "[GDM-S12] Problem needs `using Solution = gdm::Vector<N>`");
  static_assert(has_sense<P>, "[GDM-S13] Problem needs `static constexpr gdm::Sense sense`");
  static_assert(!has_vectors<P> || has_objective<P>,
                "[GDM-S14] Problem needs `static double objective(const Condition&, const Solution&)`");
  static_assert(!has_vectors<P> || has_project<P>,
                "[GDM-S15] Problem needs `static Solution project(const Condition&, const Solution&)`");
  static_assert(!has_vectors<P> || has_violation<P>,
                "[GDM-S16] Problem needs `static double violation(const Condition&, const Solution&)`");
  return Problem<P>;
}

template <class P>
struct feature_type {
  using type = typename P::Condition;
};
template <has_features P>
struct feature_type<P> {
  using type = typename P::Features;
};
template <class P>
struct latent_type {
  using type = typename P::Solution;
};
template <has_codec P>
struct latent_type<P> {
  using type = typename P::Latent;
};

}  // namespace detail

/// A problem with every optional member filled in: the library talks to problems only through this.
template <Problem P>
struct ProblemTraits {
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  using Features = typename detail::feature_type<P>::type;
  using Latent = typename detail::latent_type<P>::type;

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
  /// True if objective `a` is strictly better than `b`.
  static constexpr bool better(double a, double b) noexcept { return sense == Sense::maximize ? a > b : a < b; }
  static double gap(double value, double optimum) noexcept { return relative_gap(sense, value, optimum); }
};

GDM_NAMESPACE_END
