// SPDX-License-Identifier: MIT
#include <gdm/optimum/short_sort.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

namespace {

template <std::size_t N>
std::array<double, N> few_different_numbers(std::uint32_t& seed) {
  std::array<double, N> a;
  for (double& x : a) {
    seed = seed * 1664525U + 1013904223U;
    x = (seed >> 16) % 4;
  }
  return a;
}

/// Sizes of arrays: short ones, and one that is sorted by the standard library.
using Sizes = std::integer_sequence<std::size_t, 1, 2, 3, 4, 5, 8, 13, 40>;

template <class F>
void for_each_size(const F& f) {
  [&]<std::size_t... N>(std::integer_sequence<std::size_t, N...>) { (f.template operator()<N>(), ...); }
  (Sizes{});
}

}  // namespace

TEST_CASE("short_sort sorts as the standard library does, and no more elements than asked for") {
  for_each_size([]<std::size_t N>() {
    std::uint32_t seed = 1;
    for (int repeat = 0; repeat < 100; ++repeat) {
      const auto given = few_different_numbers<N>(seed);
      auto sorted = given, expected = given;
      gdm::short_sort(sorted, N - N / 3, std::greater<double>{});
      std::sort(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(N - N / 3), std::greater<double>{});
      CHECK(sorted == expected);
    }
  });
}

TEST_CASE("exchange_sort sorts the keys, moves the other arrays along and keeps the order of equal keys") {
  for_each_size([]<std::size_t N>() {
    std::uint32_t seed = 2;
    for (int repeat = 0; repeat < 100; ++repeat) {
      auto keys = few_different_numbers<N>(seed);
      std::array<std::size_t, N> place;
      std::array<std::pair<double, std::size_t>, N> expected;
      for (std::size_t i = 0; i < N; ++i) {
        place[i] = i;
        expected[i] = {keys[i], i};
      }
      std::sort(expected.begin(), expected.end());
      gdm::exchange_sort(keys, place);
      for (std::size_t i = 0; i < N; ++i) CHECK(std::pair(keys[i], place[i]) == expected[i]);
    }
  });
}
