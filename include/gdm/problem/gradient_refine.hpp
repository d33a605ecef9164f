// SPDX-License-Identifier: MIT
/// @file
/// @brief A refinement that follows the objective's gradient. Not part of gdm/gdm.hpp: it includes Eigen's unsupported
/// automatic differentiation.
#pragma once

#include <cmath>

#include <gdm/problem/refinement.hpp>

#include <unsupported/Eigen/AutoDiff>  // it leaves Eigen/Core to others

GDM_NAMESPACE_BEGIN

/// For a problem without `refine` whose objective is a template of the solution's number type,
/// `template <class T> static T objective(const Condition&, const Eigen::Matrix<T, n, 1>&)`: one step of projected gradient
/// ascent (of descent where the problem minimises). The gradient comes from forward differentiation, so a step takes about
/// n + 1 objectives for it, and then goes along the projection arc P(y + t g) (Bertsekas 1976): the step lengths fall by a
/// factor of four from the size of the solution, until one improves and the next does not improve further.
struct GradientRefine : refinement_tag {
  static constexpr int lengths = 10;  ///< from 1 to 4^-9 of the solution's size

  template <class Codec>
  static typename Codec::Solution step(const typename Codec::Instance& instance, const typename Codec::Solution& y,
                                       double value) {
    using Traits = typename Codec::Traits;
    using Solution = typename Codec::Solution;
    const Solution uphill =
        Traits::sense == Sense::maximize ? gradient<Codec>(instance, y) : -gradient<Codec>(instance, y);
    const double steepest = uphill.cwiseAbs().maxCoeff();
    Solution best = y;
    if (!(steepest > 0) || !std::isfinite(steepest)) return best;
    double best_value = value, length = detail::size_of<Codec>(instance, y) / steepest;
    for (int k = 0; k < lengths; ++k, length /= 4) {
      const Solution moved = Codec::project(instance, Solution(y + length * uphill));
      const double moved_value = Codec::objective(instance, moved);
      if (Traits::better(moved_value, best_value)) {
        best = moved;
        best_value = moved_value;
      } else if (Traits::better(best_value, value)) {
        break;
      }
    }
    return best;
  }

  /// The objective's gradient at `y`.
  template <class Codec>
  static typename Codec::Solution gradient(const typename Codec::Instance& instance,
                                           const typename Codec::Solution& y) {
    using P = typename Codec::ProblemType;
    using Condition = typename Codec::Condition;
    using Solution = typename Codec::Solution;
    constexpr int n = static_cast<int>(Solution::RowsAtCompileTime);
    using Number = Eigen::AutoDiffScalar<Solution>;
    using Numbers = Eigen::Matrix<Number, n, 1>;
    constexpr bool differentiable = detail::objective_hook::fits<P, Number, Condition, Numbers>;
    static_assert(differentiable,
                  "[GDM-S49] GradientRefine needs an objective that is a template of the number type: "
                  "`template <class T> static T objective(const Condition&, const Eigen::Matrix<T, n, 1>&)`. "
                  "CoordinateRefine does without");
    if constexpr (differentiable) {
      Numbers numbers;
      for (int i = 0; i < n; ++i) numbers[i] = Number(y[i], n, i);
      const Number value = P::objective(instance.x, numbers);
      return value.derivatives();
    } else {
      return Solution::Zero();
    }
  }
};

GDM_NAMESPACE_END
