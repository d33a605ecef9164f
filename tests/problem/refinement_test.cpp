// SPDX-License-Identifier: MIT
#include <gdm/problem/refinement.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include "../solve/plain_codec.hpp"

namespace {

using gdm_test::Nearest;
using gdm_test::PlainCodec;

/// Shares of a budget x_2 that make x_0 / y_0 + x_1 / y_1 least, in units of any size.
struct Shares {
  using Condition = gdm::Vector<3>;
  using Solution = gdm::Vector<2>;
  static constexpr gdm::Sense sense = gdm::Sense::minimize;
  static double objective(const Condition& x, const Solution& y) { return x[0] / y[0] + x[1] / y[1]; }
  static Solution project(const Condition& x, const Solution& y) {
    const Solution inside = y.cwiseMax(1e-3 * x[2]).cwiseMin(x[2]);
    return inside.sum() > x[2] ? Solution(inside * (x[2] / inside.sum())) : inside;
  }
  static double violation(const Condition& x, const Solution& y) {
    return std::max({0.0, y.sum() / x[2] - 1, 1e-3 - y.minCoeff() / x[2]});
  }
  static Solution optimal(const Condition& x) {
    const double a = std::sqrt(x[0]), b = std::sqrt(x[1]);
    return Solution(a, b) * (x[2] / (a + b));
  }
};

/// Has a step of its own, which halves the way to the middle.
struct Stepping : Nearest {
  static Solution refine(const Condition& x, const Solution& y) { return project(x, 0.5 * (x + y)); }
};

template <class P, class Refinement>
typename P::Solution after(const typename P::Condition& x, typename P::Solution y, int steps) {
  for (int k = 0; k < steps; ++k) {
    const auto next = Refinement::template step<PlainCodec<P>>(x, y, P::objective(x, y));
    CHECK(P::objective(x, next) <= P::objective(x, y));
    CHECK(P::violation(x, next) <= 1e-9);
    y = next;
  }
  return y;
}

}  // namespace

TEST_CASE("the problem's own step is taken where it has one, and a search along the coordinates elsewhere") {
  const Nearest::Condition x(0.25, 0.5);
  const Nearest::Solution y(1, 1);
  CHECK(after<Stepping, gdm::OwnRefine>(x, y, 1) == Stepping::refine(x, y));
  CHECK(after<Stepping, gdm::CoordinateRefine>(x, y, 1) != Stepping::refine(x, y));
  CHECK(after<Nearest, gdm::OwnRefine>(x, y, 1) == after<Nearest, gdm::CoordinateRefine>(x, y, 1));
}

TEST_CASE("the search along the coordinates comes near the optimum, feasibly and never worse, in any units") {
  for (const double unit : {1e-9, 1.0, 1e9}) {
    const Shares::Condition x(1 * unit, 4 * unit, 10 * unit);
    const auto y = after<Shares, gdm::CoordinateRefine>(x, Shares::project(x, Shares::Solution(9, 1) * unit), 40);
    const double best = Shares::objective(x, Shares::optimal(x));
    CAPTURE(unit);
    CHECK(Shares::objective(x, y) <= best * (1 + 1e-3));
    CHECK(Shares::objective(x, y) >= best * (1 - 1e-12));
  }
}

TEST_CASE("from a solution of zeros the search takes the size of another feasible point") {
  const Nearest::Condition x(0.3, 0.9);
  const auto y = after<Nearest, gdm::CoordinateRefine>(x, Nearest::Solution::Zero(), 20);
  CHECK((y - x).cwiseAbs().maxCoeff() <= 0.01);
}

TEST_CASE("one pass is every coordinate moved by three lengths up and down, with the best kept before the next") {
  const Nearest::Condition x(0.26, 0.9);
  const Nearest::Solution y(0.8, 0.4);
  Nearest::Solution expected = y;
  for (int i = 0; i < 2; ++i) {
    const Nearest::Solution from = expected;
    for (const double length : {0.5, 0.05, 0.005})
      for (const double sign : {1.0, -1.0}) {
        Nearest::Solution moved = from;
        moved[i] += sign * length * 0.8;
        moved = Nearest::project(x, moved);
        if (Nearest::objective(x, moved) < Nearest::objective(x, expected)) expected = moved;
      }
  }
  CHECK(after<Nearest, gdm::CoordinateRefine>(x, y, 1) == expected);
  CHECK(expected != y);
}
