// SPDX-License-Identifier: MIT
#include <gdm/problems/power_control/best_known.hpp>

#include <cmath>

#include <doctest/doctest.h>
#include <gdm/problems/power_control/branch_and_bound.hpp>
#include <gdm/problems/power_control/draws.hpp>

namespace {

template <int K, class Draw = gdm::RayleighLinks>
gdm::InterferenceChannel<K> channel(std::uint32_t number) {
  gdm::RandomStream rng(21, number);
  return gdm::InterferenceChannel<K>(Draw::template draw<K>(rng));
}

/// The best point of a grid with so many cells a link; it holds all corners.
template <int K>
double best_of_grid(const gdm::InterferenceChannel<K>& c, int cells) {
  double best = 0.0;
  const int points = static_cast<int>(std::lround(std::pow(cells + 1, K)));
  for (int n = 0; n < points; ++n) {
    typename gdm::InterferenceChannel<K>::Column s = gdm::InterferenceChannel<K>::Column::Zero();
    for (int i = 0, rest = n; i < K; ++i, rest /= cells + 1) s[i] = rest % (cells + 1) / static_cast<double>(cells);
    best = std::max(best, c.rate(s));
  }
  return best;
}

template <int K, class Draw = gdm::RayleighLinks>
void compare_with_proof(int instances) {
  for (int n = 0; n < instances; ++n) {
    const auto c = channel<K, Draw>(static_cast<std::uint32_t>(n));
    const double known = c.rate(gdm::best_known_powers(c));
    const auto proof = gdm::prove_powers(c, {.tolerance = 1e-6, .boxes = 1'000'000});
    CHECK(proof.bound >= proof.rate);
    CHECK(proof.bound <= proof.rate * (1.0 + 1.01e-6));  // proved
    CHECK(known >= proof.rate * (1.0 - 1e-6));
  }
}

}  // namespace

TEST_CASE("the best known is the proved optimum of 3 to 8 links, equal weights and not") {
  compare_with_proof<3>(200);
  compare_with_proof<4>(100);
  compare_with_proof<3, gdm::WeightedRayleighLinks>(100);
  compare_with_proof<5>(40);
  compare_with_proof<8>(4);
}

TEST_CASE("branch and bound is never below a grid, and hardly above it") {
  for (std::uint32_t n = 0; n < 30; ++n) {
    const auto c = channel<3, gdm::WeightedRayleighLinks>(n);
    const double grid = best_of_grid(c, 40);
    const auto proof = gdm::prove_powers(c, {.tolerance = 1e-6});
    CHECK(proof.bound >= grid);
    CHECK(proof.rate >= grid * (1.0 - 1e-6));
    CHECK(proof.rate <= grid * 1.02);
  }
}

TEST_CASE("the bound stays valid when the boxes run out") {
  for (std::uint32_t n = 0; n < 10; ++n) {
    const auto c = channel<8>(n);
    const auto proof = gdm::prove_powers(c, {.boxes = 100});
    CHECK(proof.bound >= c.rate(gdm::best_known_powers(c)));
    CHECK(proof.boxes <= 110);
  }
}

TEST_CASE("sixteen times as many starts find nothing better for 10 links") {
  for (std::uint32_t n = 0; n < 30; ++n) {
    const auto c = channel<10>(n);
    const double known = c.rate(gdm::best_known_powers(c));
    CHECK(known >= c.rate(gdm::best_known_powers(c, {.starts = 1000, .seed = 5})) * (1.0 - 1e-6));
    CHECK(known >= c.rate(gdm::greedy_links(c)));
    CHECK(known >= c.rate(gdm::fplinq(c)));
  }
}
