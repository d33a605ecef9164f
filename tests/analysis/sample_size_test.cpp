// SPDX-License-Identifier: MIT
#include <gdm/analysis/sample_size.hpp>

#include <doctest/doctest.h>
#include <gdm/core/random.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#include "../near.hpp"

TEST_CASE("the smallest vouched-for number of samples, worked out by hand") {
  // 100 instances: 50 good at sample 1, 48 more at sample 3, 2 never. Lower limits at 95 %: 50 of 100: 0.414; 98 of
  // 100: 0.938.
  std::vector<std::size_t> first(100, 1);
  for (std::size_t i = 50; i < 98; ++i) first[i] = 3;
  first[98] = first[99] = 0;
  const auto s = gdm::sample_size(first, 10, 1.01, 0.1);
  CHECK(s.samples == 3);
  CHECK(s.share == 0.98);
  CHECK(near(s.lower, 0.9384, 5e-4, 0));
  CHECK(gdm::sample_size(first, 10, 1.01, 0.6).samples == 1);
  const auto none = gdm::sample_size(first, 10, 1.01, 0.05);
  CHECK(none.samples == 0);
  CHECK(none.share == 0.98);
  CHECK(none.text().find("does not prove that none does") != std::string::npos);
  CHECK(s.text().find("proves nothing about any one instance") != std::string::npos);
}

TEST_CASE("samples after the last tried one do not count, and senseless arguments are refused") {
  CHECK(gdm::sample_size({5, 5, 5}, 4, 1.1, 0.9).share == 0);
  CHECK_THROWS_WITH_AS((void)gdm::sample_size({1}, 1, 1.1, 0.0), doctest::Contains("delta"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::sample_size({}, 1, 1.1, 0.5), doctest::Contains("[GDM-R211]"), gdm::Error);
}

TEST_CASE("the statement is false no more often than its confidence allows, on simulated models") {
  // Success probability 0.3 a sample: P(best of 8) = 0.942, P(best of 9) = 0.960, so N must be 9 at delta = 0.05.
  gdm::RandomStream random(7);
  int wrong = 0, vouched = 0;
  for (int round = 0; round < 1000; ++round) {
    std::vector<std::size_t> first(400, 0);
    for (auto& k : first)
      for (std::size_t sample = 1; sample <= 20 && k == 0; ++sample)
        if (random.uniform() < 0.3) k = sample;
    const auto s = gdm::sample_size(first, 20, 1.01, 0.05, 0.9);
    vouched += s.samples > 0 ? 1 : 0;
    wrong += s.samples > 0 && s.samples < 9 ? 1 : 0;
  }
  CHECK(vouched > 990);
  CHECK(wrong < 130);  // at most 100 expected, deviation 9.5
}

namespace {
/// Good only when the seed is a multiple of 7 away from the row.
struct EverySeventh {
  struct SolveOptions {
    std::size_t samples = 1;
    std::uint64_t seed = 0;
  };
  xt::xtensor<double, 2> solve_batch(const xt::xtensor<double, 2>& conditions, const SolveOptions& o) const {
    xt::xtensor<double, 2> y;
    y.resize({conditions.shape(0), 3});
    for (std::size_t i = 0; i < conditions.shape(0); ++i) {
      const auto x = gdm::row_of<gdm::Vector<4>>(conditions, i);
      gdm::set_row(y, i, (o.seed + i) % 7 == 0 ? gdm::MsrProblem::optimal(x) : gdm::Vector<3>(x[3], 0, 0));
    }
    return y;
  }
};
}  // namespace

TEST_CASE("the first good sample of every instance is found under the documented seeds") {
  const auto data = gdm::generate<gdm::MsrProblem>(10, 1);
  const auto first = gdm::first_good_samples(data, EverySeventh{}, 1.0001, 9);
  for (std::size_t i = 0; i < 10; ++i) {
    std::size_t expected = 0;
    for (std::size_t k = 1; k <= 9 && expected == 0; ++k)
      if (((k - 1) * 10 + i) % 7 == 0) expected = k;
    CHECK(first[i] == expected);
  }
}
