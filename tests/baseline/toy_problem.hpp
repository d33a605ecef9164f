// SPDX-License-Identifier: MIT
/// @file
/// @brief A problem whose optimum is known by heart, for the baselines' tests.
#pragma once

#include <gdm/optimum/projection.hpp>
#include <gdm/problem/draw.hpp>
#include <gdm/problem/problem.hpp>

/// Minimise the delay x_1 / y_1 + x_2 / y_2 of two loads over bandwidths with sum 1, each at least 0.01. The optimum
/// shares the bandwidth as the square roots of the loads.
struct TwoLoads {
  using Condition = gdm::Vector<2>;
  using Solution = gdm::Vector<2>;
  static constexpr gdm::Sense sense = gdm::Sense::minimize;

  static double objective(const Condition& x, const Solution& y) { return x[0] / y[0] + x[1] / y[1]; }
  static Solution project(const Condition&, const Solution& y) { return gdm::project_simplex(y, 1.0, 0.01); }
  static double violation(const Condition&, const Solution& y) { return gdm::simplex_violation(y, 1.0, 0.01); }
  static Solution optimal(const Condition& x) {
    const Solution roots = x.cwiseSqrt();
    return roots / roots.sum();
  }
  static Solution baseline(const Condition&) { return Solution::Constant(0.5); }
  template <class Generator>
  static Condition draw(Generator& rng) {
    return {gdm::draw_uniform(rng, 0.1, 5.0), gdm::draw_uniform(rng, 0.1, 5.0)};
  }
};
