// SPDX-License-Identifier: MIT
#include <gdm/nn/time_features.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "../near.hpp"

TEST_CASE("time features are sines and cosines of frequencies from 1 down to 1/1000") {
  for (const int t : {1, 2, 20, 1000}) {
    std::array<double, 8> out{};
    gdm::TimeFeatures<8>::fill(t, out.data());
    const std::array<double, 4> frequency{1.0, 0.1, 0.01, 0.001};
    for (std::size_t k = 0; k < 4; ++k) {
      CAPTURE(t);
      CAPTURE(k);
      CHECK(near(out[k], std::sin(frequency[k] * t), 1e-12, 0));
      CHECK(near(out[4 + k], std::cos(frequency[k] * t), 1e-12, 0));
    }
  }
}

TEST_CASE("time features at hand-worked steps") {
  std::array<double, 4> out{};
  gdm::TimeFeatures<4>::fill(1, out.data());
  CHECK(near(out[0], 0.8414709848078965, 1e-15, 0));     // sin 1
  CHECK(near(out[1], 0.0009999998333333417, 1e-15, 0));  // sin 1/1000
  CHECK(near(out[2], 0.5403023058681398, 1e-15, 0));     // cos 1
  CHECK(near(out[3], 0.9999995000000417, 1e-15, 0));     // cos 1/1000
}

TEST_CASE_TEMPLATE("the table has one column for each step and tells every two steps apart", S, float, double) {
  constexpr int steps = 50;
  const auto table = gdm::TimeFeatures<16>::table<S, steps>();
  for (int t = 1; t <= steps; ++t) {
    std::array<S, 16> expected{};
    gdm::TimeFeatures<16>::fill(t, expected.data());
    for (int i = 0; i < 16; ++i) CHECK(table(i, t) == expected[static_cast<std::size_t>(i)]);
    for (int k = 0; k < 8; ++k) {  // a second relation: sine and cosine of one angle
      const double s = static_cast<double>(table(k, t)), c = static_cast<double>(table(8 + k, t));
      CHECK(near(s * s + c * c, 1, 1e-6, 0));
    }
    for (int other = 1; other < t; ++other) {
      CHECK((table.matrix().col(t) - table.matrix().col(other)).norm() > S(0.1));
    }
  }
}
