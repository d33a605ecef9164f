// SPDX-License-Identifier: MIT
/// @file
/// @brief A problem with continuous variables of order one, for gradient descent: cost, constraints and their gradients.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <type_traits>

#include <gdm/problem/draw.hpp>
#include <gdm/problem/problem.hpp>

GDM_NAMESPACE_BEGIN

/// Constraints c at a point and their Jacobian. The first `equalities` want c = 0, the others c <= 0.
template <int Size, int Count>
struct ConstraintValues {
  Vector<Count> value = Vector<Count>::Zero();
  Eigen::Matrix<double, Count, Size> jacobian = Eigen::Matrix<double, Count, Size>::Zero();
};

namespace detail {

/// Whether R has what the contract below asks for.
template <class R, class P>
concept complete_relaxation = requires(const typename P::Condition& x, const typename R::Variables& v,
                                       typename R::Variables& gradient, RandomStream& rng) {
  { R::cost(x, v, gradient) } -> std::convertible_to<double>;
  { R::constrain(x, v) } -> std::same_as<ConstraintValues<R::size, R::constraints>>;
  { R::clamp(x, v) } -> gives_vector<typename R::Variables>;
  { R::project(x, v) } -> gives_vector<typename R::Variables>;
  { R::start(x, rng) } -> gives_vector<typename R::Variables>;
  { R::solution(x, v) } -> gives_vector<typename P::Solution>;
  typename std::integral_constant<int, R::equalities>;
};

}  // namespace detail

/// A relaxation is a type with the static members below; specialise it for a problem with discrete parts.
/// | member                              | meaning                                                              |
/// |-------------------------------------|----------------------------------------------------------------------|
/// | `size`, `constraints`, `equalities` | how many variables, constraints, and equalities among them           |
/// | `cost(x, v, gradient)`              | to be minimised: f, or -f where more is better                       |
/// | `constrain(x, v)`                   | ConstraintValues<size, constraints>                                  |
/// | `clamp(x, v)`                       | v within its simple limits, where the cost is finite                 |
/// | `project(x, v)`                     | v within all constraints                                             |
/// | `start(x, rng)`                     | a random starting point                                              |
/// | `solution(x, v)`                    | the feasible solution that v stands for                              |
/// and `Variables`, a Vector<size>. One that lacks something is GDM-S83.
///
/// This one is for a problem that nothing is known of: variables are the solution itself in units of a typical
/// projected point, gradients are central differences, and the only constraint is `P::violation`.
template <class P>
struct Relaxation {
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  static constexpr int size = Solution::RowsAtCompileTime;
  static constexpr int constraints = 1;
  static constexpr int equalities = 0;
  using Variables = Vector<size>;
  using Traits = ProblemTraits<P>;

  static double cost(const Condition& x, const Variables& v, Variables& gradient) {
    const auto f = [&](const Variables& u) {
      const double value = Traits::objective(x, Traits::project(x, physical(x, u)));
      return P::sense == Sense::maximize ? -value : value;
    };
    gradient = differences(v, f);
    return f(v);
  }
  static ConstraintValues<size, 1> constrain(const Condition& x, const Variables& v) {
    const auto c = [&](const Variables& u) { return Traits::violation(x, physical(x, u)); };
    ConstraintValues<size, 1> values;
    values.value[0] = c(v);
    values.jacobian = differences(v, c).transpose();
    return values;
  }
  static Variables clamp(const Condition&, const Variables& v) { return v; }
  static Variables project(const Condition& x, const Variables& v) {
    return (Traits::project(x, physical(x, v)).array() / scale(x).array()).matrix();
  }
  template <class Generator>
  static Variables start(const Condition&, Generator& rng) {
    Variables v;
    for (double& element : v) element = 2 * draw_uniform(rng);
    return v;
  }
  static Solution solution(const Condition& x, const Variables& v) { return Traits::project(x, physical(x, v)); }

 private:
  /// Size of every variable at the projection of a large multiple of ones, or 1 where that is zero.
  static Solution scale(const Condition& x) {
    Solution s = Traits::project(x, Solution::Constant(1.0)).cwiseAbs();
    for (double& element : s) element = element > 1e-12 ? element : 1.0;
    return s;
  }
  static Solution physical(const Condition& x, const Variables& v) { return (v.array() * scale(x).array()).matrix(); }
  template <class F>
  static Variables differences(const Variables& v, const F& f) {
    constexpr double step = 1e-5;
    Variables gradient;
    for (int i = 0; i < size; ++i) {
      Variables up = v, down = v;
      up[i] += step;
      down[i] -= step;
      gradient[i] = (f(up) - f(down)) / (2 * step);
    }
    return gradient;
  }
};

GDM_NAMESPACE_END
