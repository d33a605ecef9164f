// SPDX-License-Identifier: MIT
#include <gdm/optim/learning_rate.hpp>

#include <doctest/doctest.h>

#include "../near.hpp"

using gdm::Decay;
using gdm::learning_rate;

TEST_CASE("a constant rate stays at its peak after the warm-up, which rises in even steps") {
  CHECK(learning_rate(Decay::constant, 0.3, 0, 0, 10) == 0.3);
  CHECK(learning_rate(Decay::constant, 0.3, 0, 9, 10) == 0.3);
  CHECK(near(learning_rate(Decay::constant, 2, 0.1, 0, 100), 0.1, 0, 1e-14));  // 0.5 of 10 steps
  CHECK(near(learning_rate(Decay::constant, 2, 0.1, 9, 100), 1.9, 0, 1e-14));  // 9.5 of 10 steps
  CHECK(learning_rate(Decay::constant, 2, 0.1, 10, 100) == 2);
  CHECK(near(learning_rate(Decay::constant, 2, 1, 49, 100), 0.99, 0, 1e-14));  // warm-up over the whole run
}

TEST_CASE("a cosine rate at hand-worked points") {
  // Four steps: half a cosine at 22.5, 67.5, 112.5 and 157.5 degrees, 2 * (1 + cos) / 2.
  CHECK(near(learning_rate(Decay::cosine, 2, 0, 0, 4), 1.9238795325112867, 0, 1e-15));
  CHECK(near(learning_rate(Decay::cosine, 2, 0, 1, 4), 1.3826834323650898, 0, 1e-15));
  CHECK(near(learning_rate(Decay::cosine, 2, 0, 2, 4), 0.6173165676349102, 0, 1e-15));
  CHECK(near(learning_rate(Decay::cosine, 2, 0, 3, 4), 0.0761204674887133, 0, 1e-14));
  CHECK(near(learning_rate(Decay::cosine, 2, 0.5, 1, 4), 1.3826834323650898 * 0.75, 0, 1e-15));  // 3/8 of 1/2
  for (std::uint64_t step = 1; step < 1000; ++step) {
    CHECK(learning_rate(Decay::cosine, 1, 0, step, 1000) < learning_rate(Decay::cosine, 1, 0, step - 1, 1000));
    CHECK(learning_rate(Decay::cosine, 1, 0, step, 1000) > 0);
  }
}

TEST_CASE("a multi-step rate is divided by ten at half and at four fifths of the run") {
  for (std::uint64_t step = 0; step < 10; ++step) {
    const double expected = step < 5 ? 1 : step < 8 ? 0.1 : 0.01;
    CHECK(near(learning_rate(Decay::multi_step, 1, 0, step, 10), expected, 0, 1e-15));
  }
  CHECK(near(learning_rate(Decay::multi_step, 1, 0.2, 0, 10), 0.25, 0, 1e-15));
}
