// SPDX-License-Identifier: MIT
#include <gdm/baseline/gradient_descent.hpp>

#include <doctest/doctest.h>
#include <gdm/analysis/evaluation.hpp>
#include <gdm/problems/noma_uav/relaxation.hpp>
#include <gdm/problems/offloading/relaxation.hpp>
#include <gdm/problems/sum_rate/relaxation.hpp>

#include "../near.hpp"
#include "toy_problem.hpp"

namespace {

/// Slopes of cost and constraints of a relaxation at a random inner point against central differences.
template <class P>
void check_slopes(double step) {
  using R = gdm::Relaxation<P>;
  gdm::RandomStream random(11);
  for (int round = 0; round < 5; ++round) {
    const auto x = P::draw(random);
    typename R::Variables v = R::clamp(x, R::start(x, random)), gradient, unused;
    for (double& element : v) element = 0.1 + 0.8 * element;  // away from the limits
    R::cost(x, v, gradient);
    const auto c = R::constrain(x, v);
    for (int i = 0; i < R::size; ++i) {
      auto up = v, down = v;
      up[i] += step;
      down[i] -= step;
      CHECK(near(gradient[i], (R::cost(x, up, unused) - R::cost(x, down, unused)) / (2 * step), 1e-6, 1e-5));
      const gdm::Vector<R::constraints> slope = (R::constrain(x, up).value - R::constrain(x, down).value) / (2 * step);
      for (int j = 0; j < R::constraints; ++j) CHECK(near(c.jacobian(j, i), slope[j], 1e-6, 1e-5));
    }
  }
}

}  // namespace

TEST_CASE("the relaxations' gradients are their slopes") {
  check_slopes<gdm::MsrProblem>(1e-6);
  check_slopes<gdm::CoProblem>(1e-6);
  check_slopes<gdm::NuProblem>(1e-6);
}

TEST_CASE("on decisions of 0 and 1 the relaxed cost is the objective, and the rates need no relaxation") {
  gdm::RandomStream random(3);
  for (int round = 0; round < 20; ++round) {
    const auto x = gdm::CoProblem::draw(random);
    const auto y = gdm::CoProblem::optimal(x);
    gdm::Vector<6> v, g;
    for (int i = 0; i < 3; ++i) {
      v[i] = y[i] > 0 ? 1 : 0;
      v[3 + i] = y[i] > 0 ? y[i] : 0.5;
    }
    CHECK(near(gdm::Relaxation<gdm::CoProblem>::cost(x, v, g), gdm::CoProblem::objective(x, y), 0, 1e-12));
    const auto m = gdm::MsrProblem::draw(random);
    const auto p = gdm::MsrProblem::optimal(m);
    const gdm::Vector<3> shares = p * (3 / m[3]);
    gdm::Vector<3> unused;
    CHECK(near(gdm::Relaxation<gdm::MsrProblem>::cost(m, shares, unused), -gdm::MsrProblem::objective(m, p), 0, 1e-12));
    const auto n = gdm::NuProblem::draw(random);
    const auto uav = gdm::NuProblem::centroid(n);
    const gdm::Vector<2> w = uav.head<2>() / gdm::NuProblem::height;
    gdm::Vector<2> slope;
    CHECK(near(gdm::Relaxation<gdm::NuProblem>::cost(n, w, slope), -gdm::NuProblem::objective(n, uav), 0, 1e-12));
  }
}

TEST_CASE("both ways of descent solve the convex problems within 1e-4, feasibly") {
  const auto loads = gdm::generate<TwoLoads>(30, 1);
  const auto msr = gdm::generate<gdm::MsrProblem>(30, 1);
  for (const auto method : {gdm::Descent::lagrangian, gdm::Descent::projected}) {
    const auto a = gdm::evaluate(gdm::GradientDescent<TwoLoads>{}, loads, {.method = method, .starts = 2});
    const auto b = gdm::evaluate(gdm::GradientDescent<gdm::MsrProblem>{}, msr, {.method = method, .starts = 2});
    CHECK(a.mean_gap < 1e-4);
    CHECK(a.feasible_fraction == 1);
    CHECK(b.mean_gap < 1e-4);
    CHECK(b.feasible_fraction == 1);
  }
}

TEST_CASE("more starts never make the answer to a mixed-integer problem worse, and help on average") {
  const auto co = gdm::generate<gdm::CoProblem>(60, 1);
  const gdm::GradientDescent<gdm::CoProblem> descent;
  const auto one = descent.solve_batch(co.conditions, {.starts = 1}),
             ten = descent.solve_batch(co.conditions, {.starts = 10});
  double gained = 0;
  for (std::size_t i = 0; i < co.size(); ++i) {
    const auto x = co.condition(i);
    const double worse = gdm::CoProblem::objective(x, gdm::row_of<gdm::Vector<3>>(one, i));
    const double better = gdm::CoProblem::objective(x, gdm::row_of<gdm::Vector<3>>(ten, i));
    CHECK(better <= worse);
    gained += worse - better;
  }
  CHECK(gained > 0);
}

TEST_CASE("a batch repeats single solves with consecutive seeds, for any number of threads") {
  const auto msr = gdm::generate<gdm::MsrProblem>(8, 1);
  const gdm::GradientDescent<gdm::MsrProblem> descent;
  const auto all = descent.solve_batch(msr.conditions, {.starts = 1, .steps = 20, .seed = 5, .threads = 2});
  for (std::size_t i = 0; i < msr.size(); ++i) {
    const auto y = descent.solve(msr.condition(i), {.starts = 1, .steps = 20, .seed = 5 + i});
    for (int j = 0; j < 3; ++j) CHECK(y[j] == all(i, static_cast<std::size_t>(j)));
  }
  CHECK_THROWS_WITH_AS((void)descent.solve(msr.condition(0), {.starts = 0}), doctest::Contains("starts"), gdm::Error);
}
