// SPDX-License-Identifier: MIT
#include <gdm/optimum/order_free.hpp>

#include <algorithm>
#include <cmath>
#include <random>

#include <doctest/doctest.h>
#include <gdm/problem/draw.hpp>

TEST_CASE("an order-free sum has the same bits for every order and agrees with a plain sum") {
  std::mt19937_64 rng(31);
  for (int repeat = 0; repeat < 100; ++repeat) {
    gdm::Vector<80> x;
    for (double& element : x) {
      element = gdm::draw_uniform(rng, -32.0, 32.0);
    }
    const double sum = gdm::order_free_sum(x, 32.0);
    CHECK(std::abs(sum - x.sum()) <= 80 * 32.0 * 0x1.0p-53);
    std::shuffle(x.begin(), x.end(), rng);
    CHECK(gdm::order_free_sum(x, 32.0) == sum);
  }
}

TEST_CASE("an order-free sum of elements at their limit is exact") {
  CHECK(gdm::order_free_sum(gdm::Vector<4096>::Constant(32.0), 32.0) == 4096.0 * 32.0);
  CHECK(gdm::order_free_sum(gdm::Vector<4096>::Constant(-1.0), 1.0) == -4096.0);
}
