// SPDX-License-Identifier: MIT
#include <gdm/analysis/interval.hpp>

#include <array>

#include <doctest/doctest.h>
#include <gdm/core/random.hpp>

#include "../near.hpp"

TEST_CASE("Student's interval is the one in textbooks") {
  const std::array values{4.0, 5.0, 6.0, 7.0, 8.0};  // mean 6, standard error sqrt(2.5 / 5), t(0.975, 4) = 2.776445
  const auto e = gdm::student_interval(values);
  CHECK(e.value == 6);
  CHECK(near(e.high - 6, 2.7764451052 * std::sqrt(0.5), 1e-9, 0));
  CHECK(near(6 - e.low, e.high - 6, 1e-12, 0));
  CHECK(std::isinf(gdm::student_interval(std::array{1.0}).high));
}

TEST_CASE("Clopper and Pearson's interval is the one in tables, closed forms at the ends") {
  const auto e = gdm::clopper_pearson(3, 10);
  CHECK(near(e.low, 0.0667395, 1e-6, 0));
  CHECK(near(e.high, 0.6524529, 1e-6, 0));
  const auto none = gdm::clopper_pearson(0, 20), all = gdm::clopper_pearson(20, 20);
  CHECK(none.low == 0);
  CHECK(near(none.high, 1 - std::pow(0.025, 1.0 / 20), 1e-12, 0));
  CHECK(near(all.low, std::pow(0.025, 1.0 / 20), 1e-12, 0));
  CHECK(all.high == 1);
  CHECK(near(gdm::clopper_pearson_lower(50, 50, 0.95), std::pow(0.05, 1.0 / 50), 1e-12, 0));
}

TEST_CASE("the intervals hold the truth at least as often as they say, on simulated data") {
  gdm::RandomStream random(1);
  int mean_held = 0, share_held = 0;
  for (int round = 0; round < 2000; ++round) {
    std::array<double, 8> values;
    for (double& v : values) v = 3 + 2 * random.normal();
    const auto mean = gdm::student_interval(values, 0.9);
    mean_held += mean.low <= 3 && 3 <= mean.high ? 1 : 0;
    std::size_t successes = 0;
    for (int i = 0; i < 30; ++i) successes += random.uniform() < 0.2 ? 1 : 0;
    const auto share = gdm::clopper_pearson(successes, 30, 0.9);
    share_held += share.low <= 0.2 && 0.2 <= share.high ? 1 : 0;
  }
  CHECK(mean_held > 1760);  // 1800 expected, deviation 13
  CHECK(mean_held < 1840);
  CHECK(share_held > 1800);
}

TEST_CASE("an interval on the logarithm is positive, holds the geometric mean, and pairs undo what both share") {
  const auto e = gdm::log_interval(std::array{1e-6, 1e-5, 1e-4});  // logs to base ten: -5 with standard error 1/sqrt(3)
  CHECK(near(e.value, 1e-5, 0, 1e-12));
  CHECK(near(std::log10(e.high), -5 + 4.3026527297 / std::sqrt(3.0), 1e-9, 0));
  CHECK(near(std::log10(e.low), -5 - 4.3026527297 / std::sqrt(3.0), 1e-9, 0));
  const auto exact = gdm::log_interval(std::array{0.0, -4.7e-13, 1e-13});
  CHECK(near(exact.value, 1e-12, 0, 1e-12));  // all below the floor
  CHECK(exact.low == exact.high);
  CHECK(gdm::log_interval(std::array{1e-3}).low == 0);
  CHECK(std::isinf(gdm::log_interval(std::array{1e-3}).high));
  // Seeds differ by decades, the methods by a factor of two in each.
  const auto r = gdm::ratio_interval(std::array{2e-3, 2.1e-5, 1.9e-7}, std::array{1e-3, 1e-5, 1e-7});
  CHECK(near(r.value, std::cbrt(2 * 2.1 * 1.9), 0, 1e-12));
  CHECK(r.low > 1.5);
  CHECK(r.high < 2.5);
  CHECK_THROWS_WITH_AS((void)gdm::ratio_interval(std::array{1.0}, {}), doctest::Contains("1 and 0"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::log_interval(std::array{1.0}, 0.0), doctest::Contains("[GDM-R201]"), gdm::Error);
}

TEST_CASE("an interval of shares stays within 0 and 1") {
  const auto high = gdm::share_interval(std::array{1.0, 0.999, 0.98});
  CHECK(high.low > 0.9);
  CHECK(high.high <= 1);
  const auto low = gdm::share_interval(std::array{0.0, 0.0, 0.02});
  CHECK(low.low >= 0);
  CHECK(low.high < 0.1);
  CHECK(near(gdm::share_interval(std::array{0.3, 0.3}).value, 0.3, 1e-14, 0));
  const auto one = gdm::share_interval(std::array{0.5});  // one repetition says nothing
  CHECK(one.low == 0);
  CHECK(near(one.high, 1, 1e-15, 0));
}

TEST_CASE("intervals without data or with a senseless confidence are refused") {
  CHECK_THROWS_WITH_AS((void)gdm::student_interval({}), doctest::Contains("[GDM-R211]"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::clopper_pearson(0, 0), doctest::Contains("[GDM-R211]"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::clopper_pearson(3, 2), doctest::Contains("3 of 2"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::clopper_pearson(1, 2, 0.0), doctest::Contains("[GDM-R201]"), gdm::Error);
}
