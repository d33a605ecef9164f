// SPDX-License-Identifier: MIT
#include <gdm/optimum/projection.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <random>

#include <doctest/doctest.h>
#include <gdm/problem/draw.hpp>

namespace {

/// Second oracle: the same theta by bisection on sum max(lower, y - theta) = total.
template <int N>
gdm::Vector<N> project_by_bisection(const gdm::Vector<N>& y, double total, double lower) {
  const double free = total - N * lower;
  double low = y.maxCoeff() - free - lower;
  double high = y.maxCoeff() - lower;
  for (int step = 0; step < 200; ++step) {
    const double theta = 0.5 * (low + high);
    ((y.array() - theta).max(lower).sum() > total ? low : high) = theta;
  }
  return (y.array() - 0.5 * (low + high)).max(lower).matrix();
}

template <int N>
void compare_with_bisection(std::mt19937_64& rng, double spread) {
  gdm::Vector<N> y;
  for (double& element : y) {
    element = spread * gdm::draw_normal(rng);
  }
  const double total = 0.1 + 10.0 * gdm::draw_uniform(rng);
  const double lower = gdm::draw_uniform(rng) < 0.5 ? 0.0 : total / N * gdm::draw_uniform(rng);
  const gdm::Vector<N> v = gdm::project_simplex(y, total, lower);
  CAPTURE(N);
  CHECK((v - project_by_bisection<N>(y, total, lower)).cwiseAbs().maxCoeff() <= 1e-11 * (total + spread));
  CHECK(gdm::simplex_violation(v, total, lower) <= 1e-12);
  CHECK(v.minCoeff() >= lower);
  CHECK((gdm::project_simplex(v, total, lower).array() == v.array()).all());
}

}  // namespace

TEST_CASE("projection onto the simplex agrees with bisection, is feasible and idempotent") {
  std::mt19937_64 rng(11);
  for (int repeat = 0; repeat < 200; ++repeat) {
    for (const double spread : {1e-6, 1.0, 100.0}) {
      compare_with_bisection<1>(rng, spread);
      compare_with_bisection<2>(rng, spread);
      compare_with_bisection<3>(rng, spread);
      compare_with_bisection<17>(rng, spread);
      compare_with_bisection<80>(rng, spread);
    }
  }
}

TEST_CASE("no feasible point is nearer than the projection") {
  std::mt19937_64 rng(12);
  for (int repeat = 0; repeat < 2000; ++repeat) {
    gdm::Vector<5> y;
    gdm::Vector<5> other;
    for (int i = 0; i < 5; ++i) {
      y[i] = 3.0 * gdm::draw_normal(rng);
      other[i] = -std::log1p(-gdm::draw_uniform(rng));
    }
    other *= 2.0 / other.sum();
    // Optimality of a projection onto a convex set: the angle at it is obtuse for every feasible point.
    const gdm::Vector<5> v = gdm::project_simplex(y, 2.0);
    CHECK((y - v).dot(other - v) <= 1e-12 * (1.0 + y.norm()));
  }
}

TEST_CASE("projection keeps 2048 elements within 1e-12 of the total for every magnitude") {
  std::mt19937_64 rng(13);
  for (const double magnitude : {1e-300, 1e-12, 1.0, 1e6, 1e300}) {
    for (const double total : {1e-100, 1.0, 1e100}) {
      const auto y = std::make_unique<gdm::Vector<2048>>();
      for (double& element : *y) {
        element = magnitude * gdm::draw_normal(rng);
      }
      const auto v = std::make_unique<gdm::Vector<2048>>(gdm::project_simplex(*y, total));
      CAPTURE(magnitude);
      CAPTURE(total);
      CHECK(gdm::simplex_violation(*v, total) <= 1e-12);
      CHECK((gdm::project_simplex(*v, total).array() == v->array()).all());
    }
  }
  // One far ahead of a crowd that still gets something: the case in which prefix sums alone lose digits.
  const auto y = std::make_unique<gdm::Vector<2048>>();
  for (double& element : *y) {
    element = -1.0 + 1e-4 * gdm::draw_uniform(rng);
  }
  (*y)[77] = 0.0;
  CHECK(gdm::simplex_violation(gdm::project_simplex(*y, 1.0), 1.0) <= 1e-12);
}

TEST_CASE("an input that drops one element a pass still projects exactly") {
  gdm::Vector<20> y = gdm::Vector<20>::Zero();
  double sum = 0.0;
  double step = 1e-16;
  for (int i = 2; i < 20; ++i) {  // each element just below the theta of those before it, by factorially growing steps
    y[i] = (sum - 1.0) / i - step;
    sum += y[i];
    step *= i + 1.5;
  }
  const gdm::Vector<20> v = gdm::project_simplex(y, 1.0);
  CHECK((v - project_by_bisection<20>(y, 1.0, 0.0)).cwiseAbs().maxCoeff() <= 1e-14);
  CHECK(v[0] == 0.5);
}

TEST_CASE("hostile input of the projection gives a feasible point") {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double huge = std::numeric_limits<double>::max();
  for (const double a : {0.0, 1e-310, 1e300, -1e300, huge, -huge, inf, -inf, nan}) {
    for (const double b : {0.0, -1e-310, 1e300, huge, -huge, inf, nan}) {
      for (const double total : {0.0, 1e-300, 3.0, 1e300}) {
        const gdm::Vector<3> v = gdm::project_simplex(gdm::Vector<3>(a, b, 0.5), total);
        CAPTURE(a);
        CAPTURE(b);
        CAPTURE(total);
        CHECK(gdm::simplex_violation(v, total) <= 1e-12);
      }
    }
  }
  CHECK((gdm::project_simplex(gdm::Vector<2>(1e300, 1.0), 5.0).array() == gdm::Vector<2>(5.0, 0.0).array()).all());
  CHECK((gdm::project_simplex(gdm::Vector<2>(9.0, 1.0), 4.0, 2.0).array() == 2.0).all());  // limits spend the total
  CHECK_THROWS_WITH_AS((void)gdm::project_simplex(gdm::Vector<2>(1.0, 1.0), nan), doctest::Contains("total is nan"),
                       gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::project_simplex(gdm::Vector<2>(1.0, 1.0), -1.0), doctest::Contains("[GDM-R203]"),
                       gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::project_simplex(gdm::Vector<2>(1.0, 1.0), 1.0, 0.6),
                       doctest::Contains("2 elements of at least 0.6 need a total of 1.2, found 1"), gdm::Error);
}

TEST_CASE("projection takes an expression and permutes with its input") {
  const gdm::Vector<3> y(0.3, 2.0, -1.0);
  const gdm::Vector<3> v = gdm::project_simplex(2.0 * y, 4.0);
  CHECK((v.array() == gdm::project_simplex(gdm::Vector<3>(2.0 * y), 4.0).array()).all());
  const gdm::Vector<3> w = gdm::project_simplex(gdm::Vector<3>(-2.0, 0.6, 4.0), 4.0);
  CHECK((w.array() == gdm::Vector<3>(v[2], v[0], v[1]).array()).all());
  std::mt19937_64 rng(14);
  for (int repeat = 0; repeat < 100; ++repeat) {
    gdm::Vector<80> a;
    for (double& element : a) {
      element = gdm::draw_normal(rng);
    }
    gdm::Vector<80> b = gdm::project_simplex(a, 20.0);
    std::reverse(a.begin(), a.end());
    std::reverse(b.begin(), b.end());
    CHECK((gdm::project_simplex(a, 20.0).array() == b.array()).all());
  }
}

TEST_CASE("simplex violation measures sum and lower limit relative to the total") {
  CHECK(gdm::simplex_violation(gdm::Vector<2>(1.0, 3.0), 4.0) == 0.0);
  CHECK(gdm::simplex_violation(gdm::Vector<2>(1.0, 5.0), 4.0) == 0.5);
  CHECK(gdm::simplex_violation(gdm::Vector<2>(-1.0, 5.0), 4.0) == 0.25);
  CHECK(gdm::simplex_violation(gdm::Vector<2>(1.0, 3.0), 4.0, 2.0) == 0.25);
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(gdm::simplex_violation(gdm::Vector<2>(nan, 3.0), 4.0) == inf);
  CHECK(gdm::simplex_violation(gdm::Vector<2>(inf, -inf), 4.0) == inf);
  CHECK(gdm::simplex_violation(gdm::Vector<2>(1.0, 3.0), nan) == inf);
  CHECK(gdm::simplex_violation(gdm::Vector<2>(1.0, 3.0), 4.0, nan) == inf);
  CHECK(gdm::simplex_violation(gdm::Vector<2>(1.0, 0.0), 0.0) == inf);
}
