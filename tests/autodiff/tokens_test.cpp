// SPDX-License-Identifier: MIT
#include <gdm/autodiff/tokens.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include "gradient_check.hpp"

namespace {

constexpr int N = 3, M = 4, B = 2;
using Tokens = gdm::Block<double, N, M * B>;
using Instances = gdm::Block<double, N, B>;

template <class Block>
Block random_block(std::uint32_t seed) {
  Block block{};
  check::Numbers numbers(seed);
  check::for_each_element(block, [&](double& v) { v = numbers(); });
  return block;
}

template <class Block>
double inner(const Block& a, const Block& b) {
  return (a.matrix().array() * b.matrix().array()).sum();
}

}  // namespace

TEST_CASE("sum, mean and broadcast over tokens give what their names say") {
  const auto x = random_block<Tokens>(1);
  Instances sum{}, mean{};
  gdm::TokenSum<M>::forward<B>(x, sum);
  gdm::TokenMean<M>::forward<B>(x, mean);
  for (int b = 0; b < B; ++b)
    for (int i = 0; i < N; ++i) {
      const double expected = x.matrix().block<1, M>(i, b * M).sum();
      CHECK(std::abs(sum(i, b) - expected) < 1e-14);
      CHECK(std::abs(mean(i, b) - expected / M) < 1e-14);
    }
  Tokens wide{};
  gdm::TokenBroadcast<M>::forward<B>(sum, wide);
  for (int j = 0; j < M * B; ++j)
    for (int i = 0; i < N; ++i) CHECK(wide(i, j) == sum(i, j / M));
}

// All three are linear: the pullback is the transposed map, <dy, op(x)> = <pullback(dy), x> for every x and dy.
TEST_CASE("the pullbacks of sum, mean and broadcast are their transposes") {
  const auto x = random_block<Tokens>(2);
  const auto dy = random_block<Instances>(3);
  Instances y{};
  Tokens dx{};
  gdm::TokenSum<M>::forward<B>(x, y);
  gdm::TokenSum<M>::pullback<B>(dy, dx);
  CHECK(std::abs(inner(dy, y) - inner(dx, x)) < 1e-13);
  gdm::TokenMean<M>::forward<B>(x, y);
  gdm::TokenMean<M>::pullback<B>(dy, dx);
  CHECK(std::abs(inner(dy, y) - inner(dx, x)) < 1e-13);
  Tokens wide{};
  Instances narrow{};
  gdm::TokenBroadcast<M>::forward<B>(dy, wide);
  gdm::TokenBroadcast<M>::pullback<B>(x, narrow);
  CHECK(std::abs(inner(x, wide) - inner(narrow, dy)) < 1e-13);
}
