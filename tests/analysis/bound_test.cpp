// SPDX-License-Identifier: MIT
#include <gdm/analysis/bound.hpp>

#include <doctest/doctest.h>
#include <gdm/core/random.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#include "../near.hpp"

TEST_CASE("the bound of four instances, worked out by hand") {
  // sigma = 1.5. Predictions exceed it in rows 1 and 3: p = 1/2. Samples in rows 0 and 2 are inside: p_i = p_o = 1/2;
  // of the two outside, row 1 exceeds. Right sides: Eq. 3: 1.25; Eq. 6: 0.5 + 0.5 * 1.25 = 1.125; Eq. 7: 0.5 * 0.5 *
  // 0.5.
  const std::vector<gdm::BoundRow> rows = {
      {1, 1.0, 0.5, 1.0}, {1, 2.0, 3.0, 1.6}, {2, 1.2, 2.0, 1.1}, {1, 1.8, 1.5, 1.3}};
  const auto r = gdm::evaluate_bound(rows, 1.5);
  CHECK(r.instances == 4);
  CHECK(near(r.error.value, 1.25, 1e-15, 0));
  CHECK(r.p.value == 0.5);
  CHECK(r.p_inside.value == 0.5);
  CHECK(r.p_outside.value == 0.5);
  CHECK(r.p_sampled.value == 0.5);
  CHECK(near(r.discriminative.left.value, 1.5, 1e-15, 0));
  CHECK(near(r.discriminative.right, 1.25, 1e-15, 0));
  CHECK(r.discriminative.respected);
  CHECK(near(r.generative.left.value, 1.25, 1e-15, 0));
  CHECK(near(r.generative.right, 1.125, 1e-15, 0));
  CHECK(r.generative.respected);
  CHECK(near(r.advantage, 0.125, 1e-15, 0));
  CHECK(r.advantage_positive);
  CHECK(near(r.measured_advantage.value, 0.25, 1e-15, 0));
}

TEST_CASE("Eq. 6 fails with the predictions' p where samples outside the neighbourhood are better than predictions") {
  // Every prediction exceeds sigma, no sample does, and all samples are farther away than their prediction.
  const std::vector<gdm::BoundRow> rows(20, {1.0, 2.0, 1.5, 1.01});
  const auto r = gdm::evaluate_bound(rows, 1.5);
  CHECK(near(r.generative.right, 1.5, 1e-15, 0));
  CHECK_FALSE(r.generative.respected);
  CHECK(r.generative_own.respected);
  CHECK(r.advantage == 0);
  CHECK_FALSE(r.advantage_positive);
}

TEST_CASE("the identity of Eq. 7 and the bounds that hold for any data hold on random data") {
  gdm::RandomStream random(3);
  for (int round = 0; round < 50; ++round) {
    std::vector<gdm::BoundRow> rows;
    for (int i = 0; i < 40; ++i)
      rows.push_back({random.uniform(), 1 + random.uniform(), random.uniform() * 1.5, 1 + random.uniform()});
    const double sigma = 1.1 + 0.5 * random.uniform();
    const auto r = gdm::evaluate_bound(rows, sigma);
    CHECK(near(r.advantage, (sigma - 1) * r.p_inside.value * r.p.value, 1e-14, 0));
    CHECK(r.discriminative.respected);
    CHECK(r.generative_own.respected);
    CHECK(near(r.p_inside.value + r.p_outside.value, 1, 1e-15, 0));
    CHECK(near(r.p_inside.low, 1 - r.p_outside.high, 1e-12, 0));
  }
}

TEST_CASE("a sigma of one, no rows and a senseless confidence are refused") {
  const std::vector<gdm::BoundRow> rows(3);
  CHECK_THROWS_WITH_AS((void)gdm::evaluate_bound(rows, 1.0), doctest::Contains("sigma"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::evaluate_bound({}, 1.5), doctest::Contains("[GDM-R211]"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::evaluate_bound(rows, 1.5, 1.0), doctest::Contains("confidence"), gdm::Error);
}

namespace {
/// Answers with the optimum, all power moved towards channel 0 by a share.
struct Shifted {
  double share;
  struct SolveOptions {
    std::size_t samples = 1;
    std::uint64_t seed = 0;
  };
  xt::xtensor<double, 2> solve_batch(const xt::xtensor<double, 2>& conditions, const SolveOptions&) const {
    xt::xtensor<double, 2> y;
    y.resize({conditions.shape(0), 3});
    for (std::size_t i = 0; i < conditions.shape(0); ++i) {
      const auto x = gdm::row_of<gdm::Vector<4>>(conditions, i);
      gdm::Vector<3> best = gdm::MsrProblem::optimal(x) * (1 - share);
      best[0] += share * x[3];
      gdm::set_row(y, i, best);
    }
    return y;
  }
  xt::xtensor<double, 2> solve_batch(const xt::xtensor<double, 2>& conditions) const {
    return solve_batch(conditions, SolveOptions{});
  }
};
}  // namespace

TEST_CASE("measured rows hold distances between latents and cost ratios of at least one") {
  const auto data = gdm::generate<gdm::MsrProblem>(50, 1);
  const auto rows = gdm::measure_bound(data, Shifted{0.2}, Shifted{0.1});
  REQUIRE(rows.size() == 50);
  for (std::size_t i = 0; i < 50; ++i) {
    const auto x = data.condition(i);
    gdm::Vector<3> away = -data.solution(i);  // latents are powers in units of the equal split
    away[0] += x[3];
    CHECK(near(rows[i].error, 0.2 * away.norm() * 3 / x[3], 1e-12, 1e-12));
    CHECK(near(rows[i].distance, rows[i].error / 2, 1e-12, 1e-12));
    CHECK(rows[i].sampled_ratio >= 1);
    CHECK(rows[i].predicted_ratio > rows[i].sampled_ratio);
  }
  const auto r = gdm::evaluate_bound(rows, 1.005);
  CHECK(r.p_inside.value == 1);
  CHECK(r.measured_advantage.low > 0);
}
