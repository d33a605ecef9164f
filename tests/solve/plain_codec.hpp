// SPDX-License-Identifier: MIT
/// @file
/// @brief A codec without a network in front of it: what comparing and refining candidates ask of one.
#pragma once

#include <algorithm>
#include <limits>

#include <gdm/problem/problem.hpp>

namespace gdm_test {

/// The problem's members on an instance that is its condition alone.
template <class P>
struct PlainCodec {
  using Traits = gdm::ProblemTraits<P>;
  using Solution = typename P::Solution;
  using Instance = typename P::Condition;
  static double objective(const Instance& x, const Solution& y) { return P::objective(x, y); }
  static double violation(const Instance& x, const Solution& y) { return P::violation(x, y); }
  static Solution project(const Instance& x, const Solution& y) { return P::project(x, y); }
  static Solution refine(const Instance& x, const Solution& y) requires(gdm::detail::has_refine<P>) {
    return P::refine(x, y);
  }
};

/// The point of the unit box that is nearest to x: f = |y - x|^2.
struct Nearest {
  using Condition = gdm::Vector<2>;
  using Solution = gdm::Vector<2>;
  static constexpr gdm::Sense sense = gdm::Sense::minimize;
  static double objective(const Condition& x, const Solution& y) { return (y - x).squaredNorm(); }
  static Solution project(const Condition&, const Solution& y) { return y.cwiseMax(0.0).cwiseMin(1.0); }
  static double violation(const Condition&, const Solution& y) {
    const double worst = std::max({0.0, -y.minCoeff(), y.maxCoeff() - 1});
    return y.allFinite() ? worst : std::numeric_limits<double>::infinity();
  }
};

}  // namespace gdm_test
