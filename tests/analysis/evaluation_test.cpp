// SPDX-License-Identifier: MIT
#include <gdm/analysis/evaluation.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "../near.hpp"

namespace {

using doctest::Contains;

/// f(x, y) = x y, with feasible y in [0, 10].
template <gdm::Sense Direction>
struct Line {
  using Condition = gdm::Vector<1>;
  using Solution = gdm::Vector<1>;
  static constexpr gdm::Sense sense = Direction;
  static double objective(const Condition& x, const Solution& y) { return x[0] * y[0]; }
  static Solution project(const Condition&, const Solution& y) { return Solution(std::clamp(y[0], 0.0, 10.0)); }
  static double violation(const Condition&, const Solution& y) { return std::max({0.0, -y[0], y[0] - 10}); }
};
using Up = Line<gdm::Sense::maximize>;
using Down = Line<gdm::Sense::minimize>;

/// n rows with condition 1, 2, .. and label 4.
template <class P>
gdm::Dataset<P> rows(std::size_t n) {
  gdm::Dataset<P> data;
  data.conditions.resize({n, 1});
  data.solutions.resize({n, 1});
  for (std::size_t i = 0; i < n; ++i) {
    data.conditions(i, 0) = static_cast<double>(i + 1);
    data.solutions(i, 0) = 4;
  }
  return data;
}

xt::xtensor<double, 2> answers(const std::vector<double>& y) {
  xt::xtensor<double, 2> all;
  all.resize({y.size(), 1});
  for (std::size_t i = 0; i < y.size(); ++i) all(i, 0) = y[i];
  return all;
}

}  // namespace

TEST_CASE("statistics of hand-worked answers, maximising and minimising") {
  // Conditions 1, 2, 3, 4; labels 4; values 3, 8, 15, 12 of 4, 8, 12, 16: gaps 1/4, 0, -1/4, 1/4.
  const auto up = gdm::evaluate_solutions(rows<Up>(4), answers({3, 4, 5, 3}));
  CHECK(near(up.exceed_ratio, 38.0 / 40, 0, 1e-15));
  CHECK(near(up.mean_gap, 0.0625, 0, 1e-15));
  CHECK(near(up.median_gap, 0, 1e-16, 0));
  CHECK(near(up.p99_gap, 0.25, 0, 1e-15));
  CHECK(near(up.worst_gap, 0.25, 0, 1e-15));
  CHECK(up.feasible_fraction == 1);
  const auto down = gdm::evaluate_solutions(rows<Down>(4), answers({3, 4, 5, 3}));
  CHECK(near(down.exceed_ratio, 38.0 / 40, 0, 1e-15));
  CHECK(near(down.mean_gap, -0.0625, 0, 1e-15));
  CHECK(near(down.median_gap, -0.25, 0, 1e-15));
  CHECK(near(down.worst_gap, 0.25, 0, 1e-15));
}

TEST_CASE("quantiles of a hundred gaps, and of one") {
  std::vector<double> y;
  for (int i = 1; i <= 100; ++i) y.push_back(4 - 0.04 * i);  // gaps of 1 %, 2 %, .. 100 %
  const auto e = gdm::evaluate_solutions(rows<Up>(100), answers(y));
  CHECK(near(e.median_gap, 0.5, 0, 1e-12));
  CHECK(near(e.p99_gap, 0.99, 0, 1e-12));
  CHECK(near(e.worst_gap, 1, 0, 1e-12));
  CHECK(near(e.mean_gap, 0.505, 0, 1e-12));
  const auto one = gdm::evaluate_solutions(rows<Up>(1), answers({3}));
  CHECK(one.median_gap == 0.25);
  CHECK(one.p99_gap == 0.25);
  CHECK(one.mean_gap == 0.25);
}

TEST_CASE("the labels themselves have no gap") {
  const auto data = rows<Up>(17);
  const auto e = gdm::evaluate_solutions(data, data.solutions);
  CHECK(e.exceed_ratio == 1);
  CHECK(e.mean_gap == 0);
  CHECK(e.worst_gap == 0);
}

TEST_CASE("an answer counts as feasible up to a violation of 1e-9") {
  CHECK(gdm::evaluate_solutions(rows<Up>(4), answers({-1, 4, 11, 10})).feasible_fraction == 0.5);
  CHECK(gdm::evaluate_solutions(rows<Up>(2), answers({-0.9e-9, 10 + 0.9e-9})).feasible_fraction == 1);
  CHECK(gdm::evaluate_solutions(rows<Up>(2), answers({-1.1e-9, 10 + 1.1e-9})).feasible_fraction == 0);
}

TEST_CASE("an answer that is not a number is infeasible and the worst of all, whatever the problem says") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto e = gdm::evaluate_solutions(rows<Up>(3), answers({3, nan, 4}));
  CHECK(near(e.feasible_fraction, 2.0 / 3, 0, 1e-15));
  CHECK(e.worst_gap == std::numeric_limits<double>::infinity());
  CHECK(e.median_gap == 0.25);
}

TEST_CASE("an optimizer is asked for the dataset's instances, with the options given") {
  struct Oracle {
    struct SolveOptions {
      double answer = 2;
    };
    xt::xtensor<double, 2> solve_batch(const xt::xtensor<double, 2>& conditions, const SolveOptions& options) const {
      xt::xtensor<double, 2> y = conditions;
      for (std::size_t i = 0; i < y.shape(0); ++i) y(i, 0) = options.answer;
      return y;
    }
  };
  CHECK(gdm::evaluate(Oracle{}, rows<Up>(3)).mean_gap == 0.5);
  CHECK(gdm::evaluate(Oracle{}, rows<Up>(3), {.answer = 3}).mean_gap == 0.25);
}

TEST_CASE("answers that do not fit the data are refused") {
  CHECK_THROWS_WITH_AS((void)gdm::evaluate_solutions(rows<Up>(3), answers({1, 2})),
                       Contains("evaluate: 2 solutions for 3 instances"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::evaluate_solutions(rows<Up>(3), xt::xtensor<double, 2>{{1, 2}, {1, 2}, {1, 2}}),
                       Contains("[GDM-R212]"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::evaluate_solutions(gdm::Dataset<Up>{}, answers({})), Contains("[GDM-R211]"),
                       gdm::Error);
}
