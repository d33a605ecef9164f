// SPDX-License-Identifier: MIT
/// @file
/// @brief Gradient descent on the relaxed problem, with Lagrangian penalties or with projection, from several starts.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include <gdm/core/parallel.hpp>
#include <gdm/core/random.hpp>
#include <gdm/data/dataset.hpp>
#include <gdm/problem/relaxation.hpp>

GDM_NAMESPACE_BEGIN

/// How gradient descent keeps to the constraints.
enum class Descent {
  lagrangian,  ///< augmented Lagrangian: gradient steps on the variables, ascent on the multipliers
  projected,   ///< every step ends with a projection
};

/// Settings of gradient descent.
struct DescentOptions {
  Descent method = Descent::lagrangian;
  std::size_t starts = 5;   ///< random starts, the best answer is kept; >= 1
  std::size_t steps = 500;  ///< gradient steps from each start, >= 1
  double step_size =
      0.1;  ///< first step in units of the relaxation; falls along half a cosine (lagrangian) or adapts, > 0
  double penalty = 0.3;    ///< weight of the squared constraints, > 0
  std::uint64_t seed = 0;  ///< of the starts; row i of a batch uses seed + i
  int threads = 0;         ///< of solve_batch: 0 = all of the machine

  /// @throws Error [GDM-R201] naming the option that is out of range
  void validate() const {
    const auto require = [](bool good, const char* option, const char* remedy) {
      if (!good) {
        throw Error(Errc::invalid_argument, std::string("descent option ") + option, "it is out of range", remedy);
      }
    };
    require(starts >= 1, "starts", "Give at least 1");
    require(steps >= 1, "steps", "Give at least 1");
    require(step_size > 0, "step_size", "Give a positive number");
    require(penalty > 0, "penalty", "Give a positive number");
  }
};

namespace detail {

/// What GradientDescent is made of.
template <Problem P, class R>
class DescentImplementation {
 public:
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  using SolveOptions = DescentOptions;

  /// The best feasible solution found.
  /// @throws Error [GDM-R201] on a bad option, [GDM-R202] on a senseless condition
  [[nodiscard]] Solution solve(const Condition& x, const SolveOptions& options = {}) const {
    options.validate();
    ProblemTraits<P>::validate(x);
    Solution best;
    double best_value = 0;
    for (std::size_t k = 0; k < options.starts; ++k) {
      RandomStream random(options.seed, 0x6764, static_cast<std::uint32_t>(k));
      const Variables start = R::start(x, random);
      const Solution y = R::solution(
          x, options.method == Descent::projected ? projected(x, start, options) : lagrangian(x, start, options));
      const double value = ProblemTraits<P>::objective(x, y);
      if (k > 0 && !ProblemTraits<P>::better(value, best_value)) continue;
      best = y;
      best_value = value;
    }
    return best;
  }

  /// Solutions of many instances, one row each. @throws Error as `solve`; [GDM-R212] on rows of another size
  [[nodiscard]] xt::xtensor<double, 2> solve_batch(const xt::xtensor<double, 2>& conditions,
                                                   const SolveOptions& options = {}) const {
    require_columns<Condition>(conditions, "solve_batch conditions");
    xt::xtensor<double, 2> solutions;
    solutions.resize({conditions.shape(0), static_cast<std::size_t>(ProblemTraits<P>::solution_size)});
    parallel_for(static_cast<int>(conditions.shape(0)), thread_count(options.threads), [&](int i) {
      const auto row = static_cast<std::size_t>(i);
      SolveOptions one = options;
      one.seed += row;
      set_row(solutions, row, solve(row_of<Condition>(conditions, row), one));
    });
    return solutions;
  }

 private:
  using Variables = typename R::Variables;

  /// Adam's steps, scaled by the running size of each gradient: no one step size suits every instance.
  static Variables lagrangian(const Condition& x, const Variables& start, const SolveOptions& options) {
    Variables v = R::clamp(x, start), gradient, first = Variables::Zero(), second = Variables::Zero();
    Vector<R::constraints> multiplier = Vector<R::constraints>::Zero();
    double decay1 = 1, decay2 = 1;
    const double unit = 1 / std::max(std::abs(R::cost(x, v, gradient)), 1e-300);  // costs of order one, as constraints
    for (std::size_t k = 0; k < options.steps; ++k) {
      R::cost(x, v, gradient);
      gradient *= unit;
      const auto c = R::constrain(x, v);
      for (int j = 0; j < R::constraints; ++j) {
        double force = multiplier[j] + options.penalty * c.value[j];
        if (j >= R::equalities) force = std::max(force, 0.0);  // Rockafellar 1973
        gradient += force * c.jacobian.row(j).transpose();
        if (k % 10 == 9) multiplier[j] = force;
      }
      if (!gradient.allFinite()) break;
      first = 0.9 * first + 0.1 * gradient;
      second = 0.99 * second + 0.01 * gradient.cwiseAbs2();
      decay1 *= 0.9;
      decay2 *= 0.99;
      const double progress = static_cast<double>(k) / static_cast<double>(options.steps);
      const double rate = options.step_size * 0.5 * (1 + std::cos(std::numbers::pi * progress)) / (1 - decay1);
      v = R::clamp(x, v - (rate * first.array() / ((second / (1 - decay2)).array().sqrt() + 1e-12)).matrix());
    }
    return v;
  }

  /// Plain gradient steps, since scaling each variable by itself would not commute with the projection. The length
  /// grows after a step that lowered the cost and is halved after one that did not and is taken back.
  static Variables projected(const Condition& x, const Variables& start, const SolveOptions& options) {
    Variables v = R::project(x, start), gradient, next_gradient;
    double cost = R::cost(x, v, gradient);
    double step = options.step_size / std::max(gradient.norm(), 1e-300);
    for (std::size_t k = 0; k < options.steps && gradient.allFinite(); ++k) {
      const Variables next = R::project(x, v - step * gradient);
      const double next_cost = R::cost(x, next, next_gradient);
      if (next_cost < cost) {
        v = next;
        cost = next_cost;
        gradient = next_gradient;
        step *= 1.5;
      } else {
        step *= 0.5;
      }
    }
    return v;
  }
};

/// What it turns into with wrong arguments, so that no error follows the first.
template <class P>
class RefusedDescent {
 public:
  using Condition = typename Dataset<P>::Condition;
  using Solution = typename Dataset<P>::Solution;
  using SolveOptions = DescentOptions;
  [[nodiscard]] Solution solve(const Condition& x, const SolveOptions& options = {}) const;
  [[nodiscard]] xt::xtensor<double, 2> solve_batch(const xt::xtensor<double, 2>& conditions,
                                                   const SolveOptions& options = {}) const;
};

template <class P, class R>
constexpr bool check_descent() {
  if constexpr (check_problem_type<P>()) {
    constexpr bool complete = complete_relaxation<R, P>;
    static_assert(complete, "[GDM-S83] A relaxation needs the members that gdm/problem/relaxation.hpp lists");
    return complete;
  }
  return false;
}
template <bool complete, class P, class R>
struct descent_base {
  using type = RefusedDescent<P>;
};
template <class P, class R>
struct descent_base<true, P, R> {
  using type = DescentImplementation<P, R>;
};

}  // namespace detail

/// The numerical baseline of the paper (its [66]): nothing is learned. `solve` and `solve_batch` as GdmOptimizer has
/// them, with gdm::DescentOptions.
/// @tparam R  the relaxation to descend on
template <class P, class R = Relaxation<P>>
class GradientDescent : public detail::descent_base<detail::check_descent<P, R>(), P, R>::type {};

GDM_NAMESPACE_END
