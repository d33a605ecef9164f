// SPDX-License-Identifier: MIT
/// @file
/// @brief The properties of a problem that `check_problem` tries.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <limits>
#include <string>
#include <string_view>

#include <gdm/problem/draw.hpp>
#include <gdm/problem/problem_check.hpp>
#include <gdm/problem/problem_errors.hpp>

GDM_NAMESPACE_BEGIN

namespace detail {

/// Checks instances of one problem and gathers what fails.
template <Problem P>
class ProblemChecker {
  using Traits = ProblemTraits<P>;

 public:
  using Condition = typename P::Condition;

  explicit ProblemChecker(const CheckOptions& options) : options_(options) {}

  void instance(const Condition& x, std::uint32_t number) {
    where_ = "for instance " + std::to_string(number) + ", x = " + list(x);
    rng_ = RandomStream(options_.seed, number, 1);
    // A function that throws ends the checks of its instance.
    try {
      check(x);
    } catch (const std::exception& error) {
      fail("nothing throws on a drawn instance", std::string("threw: ") + error.what());
    }
  }

  [[nodiscard]] const ProblemCheck& result() const { return result_; }

 private:
  using Solution = typename P::Solution;
  using Latent = typename Traits::Latent;
  static constexpr std::string_view shares = "members give the same with the context and without";

  void check(const Condition& x) {
    Traits::validate(x);
    shared_ = Traits::context(x);
    const typename Traits::Features features = Traits::features(x, shared_);
    expect(features.allFinite(), "features are finite", list(features), 0);
    expect(same(Traits::features(x, shared_), features), "features are the same at every call", "", 0);
    same_without_context<features_hook>(features, x);
    checked_pairs(x);

    const Solution start = Traits::project(x, Solution::Zero(), shared_);
    best_ = Traits::objective(x, start, shared_);
    // What counts as small for this instance: the largest element of a feasible point.
    const Solution other = Traits::project(x, Solution::Ones(), shared_);
    const double scale = std::max(start.cwiseAbs().maxCoeff(), other.cwiseAbs().maxCoeff());
    scale_ = scale > 0.0 && std::isfinite(scale) ? scale : 1.0;
    checked_projection(x, start);
    for (int i = 0; i < options_.points; ++i) {
      const Solution y =
          checked_projection(x, start + noise<Solution>(scale_ * std::pow(10.0, draw_uniform(rng_, -3.0, 2.0))));
      if (i % 4 == 0) checked_refinement(x, y);
    }
    for (const double huge : {1e12, 1e100, 1e300}) {
      checked_projection(x, noise<Solution>(huge));
    }
    Solution broken = start;
    broken[0] = std::numeric_limits<double>::quiet_NaN();
    const double of_broken = Traits::violation(x, broken, shared_);
    expect(!(of_broken <= options_.tolerance), "violation reports a NaN in the solution", list(broken), of_broken);
    for (int i = 0; i < options_.points / 10; ++i) {
      checked_decoding(x, noise<Latent>(std::pow(10.0, i % 5 - 1)));
    }
    for (const double huge : {1e12, 1e100, 1e300}) {
      checked_decoding(x, noise<Latent>(huge));
    }
    checked_baseline(x);
    checked_optimum(x);
    checked_bound(x);
  }

  /// Projects `y`, checks the result and returns it.
  Solution checked_projection(const Condition& x, const Solution& y) {
    const Solution v = Traits::project(x, y, shared_);
    same_without_context<project_hook>(v, x, y);
    feasible(x, v, "a projected point");
    const Solution again = Traits::project(x, v, shared_);
    expect((again - v).cwiseAbs().maxCoeff() <= options_.tolerance * scale_, "project is idempotent", list(y),
           (again - v).cwiseAbs().maxCoeff());
    // A point without violation is feasible, so that nothing is nearer to it than itself.
    const double moved = (v - y).cwiseAbs().maxCoeff();
    const double violation = Traits::violation(x, y, shared_);
    expect(violation >= 0.0, "violation is never negative or NaN for a finite point", list(y), violation);
    expect(!(violation == 0.0) || moved <= options_.tolerance * scale_, "project leaves points without violation alone",
           list(y), moved);
    return v;
  }

  void checked_decoding(const Condition& x, const Latent& z) {
    const Solution y = Traits::decode(x, z, shared_);
    feasible(x, y, "a decoded latent");
    same_without_context<decode_hook>(y, x, z);
    if constexpr (has_step_features<P>) {
      const auto f = Traits::step_features(x, z, shared_);
      expect(f.allFinite(), "step features are finite", list(z), 0);
      same_without_context<step_features_hook>(f, x, z);
    }
  }

  /// Pairs that a network reads as they are: finite, none of a token with itself, none of an absent token.
  void checked_pairs([[maybe_unused]] const Condition& x) {
    if constexpr (has_pair_features<P>) {
      constexpr TokenLayout tokens = Traits::tokens;
      const auto pairs = Traits::pair_features(x, shared_);
      expect(pairs.allFinite(), "pair features are finite", list(pairs), 0);
      same_without_context<pair_features_hook>(pairs, x);
      for (int i = 0; i < tokens.count; ++i)
        for (int j = 0; j < tokens.count; ++j) {
          if (i != j && Traits::present(x, i) && Traits::present(x, j)) continue;
          for (int c = 0; c < tokens.pair_features; ++c) {
            const double number = pairs[(i * tokens.count + j) * tokens.pair_features + c];
            expect(number == 0, "pair features are 0 for a token and itself, and for absent tokens", "", number);
          }
        }
    }
  }

  void checked_refinement([[maybe_unused]] const Condition& x, [[maybe_unused]] const Solution& y) {
    if constexpr (has_refine<P>) {
      const Solution refined = Traits::refine(x, y, shared_);
      const double before = Traits::objective(x, y, shared_);
      const double after = feasible(x, refined, "a refined point");
      expect(!beats(before, after), "refine never makes a point worse", list(y), after);
      same_without_context<refine_hook>(refined, x, y);
    }
  }

  void checked_baseline(const Condition& x) {
    if constexpr (has_baseline<P>) {
      feasible(x, P::baseline(x), "the baseline");
    }
  }

  void checked_optimum(const Condition& x) {
    if constexpr (has_optimal<P>) {
      const double seen = best_;
      const Solution y = P::optimal(x);
      const double optimum = feasible(x, y, "the optimum");
      expect(!beats(seen, optimum), "no feasible point is better than the optimum", list(y), seen);
      for (int i = 0; i < options_.points / 4; ++i) {  // near the optimum
        const Solution v =
            Traits::project(x, y + noise<Solution>(scale_ * std::pow(10.0, draw_uniform(rng_, -6.0, -1.0))), shared_);
        const double value = Traits::objective(x, v, shared_);
        expect(!beats(value, optimum), "no feasible point is better than the optimum", list(v), value);
      }
      const Latent z = Traits::encode(x, y, shared_);
      expect(z.allFinite(), "the encoded optimum is finite", list(z), 0);
      same_without_context<encode_hook>(z, x, y);
      const double value = feasible(x, Traits::decode(x, z, shared_), "the decoded optimum");
      expect(!beats(optimum, value), "encoding and decoding the optimum costs nothing", list(z), value - optimum);
    }
  }

  void checked_bound(const Condition& x) {
    if constexpr (has_bound<P>) {
      const double bound = P::bound(x);
      expect(std::isfinite(bound) && !beats(best_, bound), "no feasible point is better than the bound", "", bound);
      const double stopped = Traits::bound(x, best_);
      expect(std::isfinite(stopped) && !beats(best_, stopped), "no feasible point is better than the bound", "",
             stopped);
    }
  }

  /// Checks that a point is feasible with a finite objective, and remembers the best objective.
  double feasible(const Condition& x, const Solution& y, const char* what) {
    const double violation = Traits::violation(x, y, shared_);
    expect(violation <= options_.tolerance, what + std::string(" is feasible"), list(y), violation);
    const double value = Traits::objective(x, y, shared_);
    same_without_context<violation_hook>(violation, x, y);
    same_without_context<objective_hook>(value, x, y);
    expect(std::isfinite(value), what + std::string(" has a finite objective"), list(y), value);
    if (Traits::better(value, best_)) {
      best_ = value;
    }
    return value;
  }

  /// True if objective `a` is better than `b` by more than the tolerance.
  [[nodiscard]] bool beats(double a, double b) const {
    return Traits::better(a, b) && std::abs(a - b) > options_.tolerance * std::max(std::abs(a), std::abs(b));
  }

  /// A member that can be called with the context and without gives the same both ways.
  template <class Hook, class R, class... A>
  void same_without_context(const R& with, const A&... a) {
    if constexpr (has_context<P> && Hook::template fits<P, R, A...> &&
                  Hook::template fits<P, R, A..., typename Traits::Context>) {
      expect(same(Hook::template call<P, R>(NoContext{}, a...), with), shares, "", 0);
    }
  }

  /// Equal but for rounding: compilers may use other multiply-adds in two copies of a function.
  [[nodiscard]] bool same(double a, double b) const {
    return a == b || std::abs(a - b) <= options_.tolerance * std::max(1.0, std::abs(b));
  }
  template <class V>
  [[nodiscard]] bool same(const V& a, const V& b) const {
    return (a - b).cwiseAbs().maxCoeff() <= options_.tolerance * std::max(1.0, b.cwiseAbs().maxCoeff());
  }

  template <class V>
  V noise(double scale) {
    V v;
    for (double& element : v) {
      element = scale * draw_normal(rng_);
    }
    return v;
  }

  /// The first few elements, for messages.
  template <class V>
  static std::string list(const V& v) {
    std::string text = "(";
    for (Eigen::Index i = 0; i < std::min<Eigen::Index>(v.size(), 12); ++i) {
      text += (i == 0 ? "" : ", ") + to_text(v[i]);
    }
    return text + (v.size() > 12 ? ", ..)" : ")");
  }

  void expect(bool holds, std::string_view property, const std::string& point, double found) {
    if (!holds) {
      fail(property, (point.empty() ? "" : "at " + point + " ") + "with " + to_text(found));
    }
  }
  void fail(std::string_view property, const std::string& found) { result_.add(property, found + " " + where_); }

  CheckOptions options_;
  RandomStream rng_{0};
  double scale_ = 1.0;
  double best_ = 0.0;  // of the feasible points of this instance
  typename Traits::Context shared_;
  std::string where_;
  ProblemCheck result_;
};

}  // namespace detail
GDM_NAMESPACE_END
