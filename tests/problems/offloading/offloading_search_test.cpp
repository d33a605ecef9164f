// SPDX-License-Identifier: MIT
#include <gdm/problems/offloading/offloading_search.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include <doctest/doctest.h>
#include <gdm/problem/draw.hpp>

namespace {

/// Instances that are hard in different ways.
enum class Kind { random, equal, subset_sum, near_ties, decades, no_links, crowded, last = crowded };

template <int K>
gdm::OffloadingCosts<K> make(Kind kind, std::mt19937_64& rng) {
  gdm::OffloadingCosts<K> costs;
  const double target = 0.3 * K * (0.5 + gdm::draw_uniform(rng));
  for (int i = 0; i < K; ++i) {
    double weight = 0.1 + gdm::draw_uniform(rng);
    double saving = 2.0 * K * weight * gdm::draw_uniform(rng);
    costs.transmit[i] = 0.1 + gdm::draw_uniform(rng);
    switch (kind) {
      case Kind::random:
        break;
      case Kind::equal:  // binomially many optima
        weight = 0.7;
        saving = 0.7 * K;
        costs.transmit[i] = 0.5;
        break;
      case Kind::subset_sum:  // only a set whose weights sum to the target meets the relaxation's bound
        saving = 2.0 * target * weight;
        break;
      case Kind::near_ties:
        weight = 0.5 + 1e-9 * gdm::draw_uniform(rng);
        saving = 0.5 * K + 1e-9 * gdm::draw_uniform(rng);
        break;
      case Kind::decades:
        weight = std::pow(10.0, gdm::draw_uniform(rng, -5.0, 5.0));
        saving = std::pow(10.0, gdm::draw_uniform(rng, -5.0, 5.0)) * weight;
        break;
      case Kind::no_links:
        if (gdm::draw_uniform(rng) < 0.5) {
          costs.transmit[i] = std::numeric_limits<double>::infinity();
        }
        break;
      case Kind::crowded:  // everybody would save, but nobody together with all others
        saving = weight * weight * (1.0 + 0.2 * gdm::draw_uniform(rng));
        break;
    }
    costs.execution[i] = weight * weight;
    costs.local[i] = (std::isfinite(costs.transmit[i]) ? costs.transmit[i] : 1.0) + saving;
  }
  return costs;
}

template <int K>
void compare_with_brute_force(std::mt19937_64& rng, int repeats) {
  for (int kind = 0; kind <= static_cast<int>(Kind::last); ++kind) {
    for (int repeat = 0; repeat < repeats; ++repeat) {
      const gdm::OffloadingCosts<K> costs = make<K>(static_cast<Kind>(kind), rng);
      const gdm::OffloadingResult<K> brute = gdm::exhaustive_offloading(costs);
      const gdm::OffloadingResult<K> found = gdm::branch_and_bound_offloading(costs);
      CAPTURE(K);
      CAPTURE(kind);
      CHECK(std::abs(found.cost - brute.cost) <= 1e-12 * brute.cost);
      CHECK(std::abs(gdm::offloading_cost(costs, found.set) - brute.cost) <= 1e-12 * brute.cost);
      CHECK(found.bound >= brute.cost * (1.0 - 1e-12));
      double previous = 0.0;
      for (const int depth : {0, 2, 4, K}) {
        const double bound = gdm::offloading_bound(costs, depth);
        CHECK(bound <= brute.cost);
        CHECK(bound >= previous * (1.0 - 1e-12));  // looking deeper never loosens it
        previous = bound;
      }
      CHECK(previous >= brute.cost * (1.0 - 1e-12));
    }
  }
}

}  // namespace

TEST_CASE("branch and bound finds the brute-force optimum up to 12 nodes, and its bounds are valid") {
  std::mt19937_64 rng(41);
  compare_with_brute_force<1>(rng, 50);
  compare_with_brute_force<2>(rng, 100);
  compare_with_brute_force<3>(rng, 300);
  compare_with_brute_force<4>(rng, 200);
  compare_with_brute_force<7>(rng, 100);
  compare_with_brute_force<12>(rng, 20);
}

TEST_CASE("branch and bound finds the brute-force optimum at 16 and 20 nodes") {
  std::mt19937_64 rng(42);
  compare_with_brute_force<16>(rng, 3);
  compare_with_brute_force<20>(rng, 1);
}

TEST_CASE("the plain relaxation is the Lagrangian bound, maximised over the demand on a grid") {
  std::mt19937_64 rng(43);
  for (int repeat = 0; repeat < 50; ++repeat) {
    const auto costs = make<8>(Kind::random, rng);
    // Second oracle: (sum w)^2 >= 2 W s - W^2 gives a bound for every W; the best W is the relaxation's demand.
    const auto lagrangian = [&](double demand) {
      double sum = -demand * demand;
      for (int i = 0; i < 8; ++i) {
        const double offloaded = costs.transmit[i] + 2.0 * demand * costs.weight(i);
        sum += costs.worthwhile(i) ? std::min(costs.local[i], offloaded) : costs.local[i];
      }
      return sum;
    };
    double best = 0.0;
    for (int step = 0; step <= 20'000; ++step) {
      best = std::max(best, lagrangian(step * 5e-4));
    }
    const double demand = gdm::OffloadingOrder<8>(costs).relaxed_demand();
    CHECK(lagrangian(demand) <= best + 2.5e-4 * 10.0);  // half a step of the grid times the largest slope
    CHECK(lagrangian(demand) >= best - 1e-12);
    // Depth 0 may be better than the relaxation (a rounded set that is cheaper proves optimality), never worse.
    CHECK(gdm::offloading_bound(costs, 0) >= lagrangian(demand) * (1.0 - 1e-12));
  }
}

TEST_CASE("square-root shares are cheaper than any other shares of the same set") {
  std::mt19937_64 rng(44);
  const auto costs = make<5>(Kind::random, rng);
  const gdm::OffloadingSet<5> set("10110");
  const gdm::Vector<5> y = gdm::square_root_shares(costs, set);
  CHECK(y[0] == 0.0);
  CHECK(y[3] == 0.0);
  CHECK(std::abs(y.sum() - 1.0) <= 1e-15);
  const auto cost_of = [&](const gdm::Vector<5>& shares) {
    return costs.local[0] + costs.local[3] + costs.transmit[1] + costs.transmit[2] + costs.transmit[4] +
           costs.execution[1] / shares[1] + costs.execution[2] / shares[2] + costs.execution[4] / shares[4];
  };
  CHECK(std::abs(cost_of(y) - gdm::offloading_cost(costs, set)) <= 1e-12 * cost_of(y));
  for (int repeat = 0; repeat < 1000; ++repeat) {
    gdm::Vector<5> other = gdm::Vector<5>::Zero();
    for (const int i : {1, 2, 4}) {
      other[i] = -std::log1p(-gdm::draw_uniform(rng)) + 1e-3;
    }
    other /= other.sum();
    CHECK(cost_of(other) >= cost_of(y) * (1.0 - 1e-14));
  }
}

TEST_CASE("no set with a node that is not worthwhile is optimal, and the empty set of shares is zero") {
  std::mt19937_64 rng(45);
  for (int repeat = 0; repeat < 200; ++repeat) {
    const auto costs = make<6>(Kind::random, rng);
    const auto best = gdm::exhaustive_offloading(costs);
    for (int i = 0; i < 6; ++i) {
      if (best.set[static_cast<std::size_t>(i)]) {
        CHECK(costs.worthwhile(i));
      }
    }
    CHECK((gdm::square_root_shares(costs, gdm::OffloadingSet<6>()).array() == 0.0).all());
  }
}
