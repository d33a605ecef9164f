// SPDX-License-Identifier: MIT
#include <gdm/problems/power_control/draws.hpp>

#include <cmath>
#include <vector>

#include <doctest/doctest.h>
#include <gdm/core/random.hpp>

TEST_CASE("Rayleigh gains have the stated mean, weights are as stated") {
  double sum = 0.0, weights = 0.0;
  constexpr int n = 2000, links = 5;
  for (std::uint32_t i = 0; i < n; ++i) {
    gdm::RandomStream rng(41, i);
    const auto x = gdm::WeightedRayleighLinks::draw<links>(rng);
    sum += x.head<links * links>().sum();
    weights += x.segment<links>(links * links).sum();
    CHECK(x.tail<links>().isOnes(0.0));
  }
  const double numbers = n * links * links;
  CHECK(std::abs(sum / numbers - 10.0) <= 4.0 * 10.0 / std::sqrt(numbers));
  CHECK(std::abs(weights / (n * links) - 0.5) <= 4.0 * std::sqrt(1.0 / 12.0 / (n * links)));
}

TEST_CASE("the path loss of device-to-device links bends at the breakpoint and falls as stated") {
  using D = gdm::DeviceToDeviceLinks<>;
  constexpr double breakpoint = 4.0 * 1.5 * 1.5 / (2.998e8 / 2.4e9);
  CHECK(breakpoint == doctest::Approx(72.05).epsilon(1e-3));
  CHECK(D::path_loss(breakpoint) ==
        doctest::Approx(std::abs(20.0 * std::log10(0.12492 * 0.12492 / 56.549)) + 6.0).epsilon(1e-3));
  CHECK(D::path_loss(10.0 * breakpoint) - D::path_loss(breakpoint) == doctest::Approx(40.0));
  CHECK(D::path_loss(breakpoint) - D::path_loss(0.1 * breakpoint) == doctest::Approx(20.0));
}

TEST_CASE("device-to-device instances: direct links far above the noise and mostly above the disturbing ones") {
  int stronger = 0, all = 0;
  for (std::uint32_t i = 0; i < 300; ++i) {
    gdm::RandomStream rng(42, i);
    const auto x = gdm::DeviceToDeviceLinks<>::draw<6>(rng);
    CHECK(x.allFinite());
    CHECK(x.minCoeff() > 0.0);
    for (int a = 0; a < 6; ++a)
      for (int b = 0; b < 6; ++b)
        if (a != b) {
          stronger += x[7 * a] > x[6 * a + b] ? 1 : 0;
          ++all;
        }
  }
  CHECK(stronger > 0.95 * all);
}
