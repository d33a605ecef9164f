// SPDX-License-Identifier: MIT
#include <gdm/problems/noma_uav/uav_minimum_rate.hpp>
#include <gdm/problems/noma_uav/uav_rate.hpp>

#include <cmath>
#include <limits>
#include <random>

#include <doctest/doctest.h>
#include <gdm/problem/draw.hpp>

namespace {

template <int K>
gdm::UavSite<K> random_site(std::mt19937_64& rng) {
  gdm::UavSite<K> site{.height = 150.0, .side = 400.0};
  for (std::size_t i = 0; i < site.x.size(); ++i) {
    site.x[i] = 400.0 * gdm::draw_uniform(rng);
    site.y[i] = 400.0 * gdm::draw_uniform(rng);
  }
  return site;
}

/// How the bounds of random boxes turned out.
struct Count {
  int exceeded = 0;  ///< positions with a value above the bound of their box
  int improved = 0;  ///< boxes whose bound is better than the value at the least distances of the box
  int mixed = 0;     ///< boxes with a second point to consider, which only a mixture of two models does
};

/// Bounds boxes of all sizes around the places where the search divides most, and looks at 200 positions in each.
template <class Rate, int K>
Count bound_boxes(const Rate& rate, const gdm::UavSite<K>& site, std::mt19937_64& rng, int boxes) {
  Count count;
  const gdm::SearchResult best = gdm::best_uav_position(rate, site, 1e-6);
  for (int repeat = 0; repeat < boxes; ++repeat) {
    const double size = std::pow(10.0, gdm::draw_uniform(rng, -3.0, 2.0));
    gdm::SearchBox box{best.x + size * gdm::draw_normal(rng), best.y + size * gdm::draw_normal(rng),
                       size * gdm::draw_uniform(rng), size * gdm::draw_uniform(rng)};
    gdm::SearchBox crude = box;
    rate.bound(crude, {.value = std::numeric_limits<double>::infinity()}, [](double, double) {});
    int points = 0;
    rate.bound(box, {}, [&points](double, double) { ++points; });
    count.improved += box.bound < crude.bound ? 1 : 0;
    count.mixed += points > 1 ? 1 : 0;
    for (int position = 0; position < 200; ++position) {
      // Every other one on an edge.
      const double u = gdm::draw_uniform(rng, -1.0, 1.0), v = gdm::draw_uniform(rng, -1.0, 1.0);
      const bool edge = position % 2 == 0;
      count.exceeded += rate.value(box.x + box.hx * (edge ? std::copysign(1.0, u) : u), box.y + box.hy * v) > box.bound;
    }
  }
  return count;
}

void add(const Count& one, Count& all) {
  all.exceeded += one.exceeded;
  all.improved += one.improved;
  all.mixed += one.mixed;
}

template <int K>
Count bound_with_minimum_rates(std::mt19937_64& rng, int instances) {
  Count all;
  for (int repeat = 0; repeat < instances; ++repeat) {
    const gdm::UavSite<K> site = random_site<K>(rng);
    const gdm::SicConstraints constraints{6.0 * K, 0.1, std::exp2(gdm::draw_uniform(rng, 0.1, 1.2)) - 1.0};
    const gdm::UavMinimumRate<K> rate(site, constraints, 1e5);
    if (!std::isfinite(gdm::best_uav_position(rate, site, 1e-6).value)) continue;  // more than the power can keep
    add(bound_boxes(rate, site, rng, 40), all);
  }
  return all;
}

/// With powers that rise as steeply as those of SIC, or in any order, which moves the best position onto kinks.
template <int K>
Count bound_with_powers(std::mt19937_64& rng, int instances) {
  Count all;
  for (int repeat = 0; repeat < instances; ++repeat) {
    const gdm::UavSite<K> site = random_site<K>(rng);
    typename gdm::UavSite<K>::Row power;
    for (double& p : power) p = 6.0 + gdm::draw_uniform(rng) * (repeat % 2 == 0 ? 0.1 : 20.0);
    const gdm::UavRate<K> rate(site, power, repeat % 4 < 2 ? 60.0 / 110.0 : 1e5);
    add(bound_boxes(rate, site, rng, 40), all);
  }
  return all;
}

void check(const Count& count) {
  CHECK(count.exceeded == 0);
  CHECK(count.improved > 1000);
  CHECK(count.mixed > 0);
}

}  // namespace

TEST_CASE("no position of a box has a rate above its bound, with minimum rates and where their limits change") {
  std::mt19937_64 rng(91);
  check(bound_with_minimum_rates<2>(rng, 200));
  check(bound_with_minimum_rates<3>(rng, 200));
  check(bound_with_minimum_rates<5>(rng, 100));
}

TEST_CASE("no position of a box has a rate above its bound, with given powers and where terminals are equally far") {
  std::mt19937_64 rng(92);
  check(bound_with_powers<2>(rng, 100));
  check(bound_with_powers<3>(rng, 100));
  check(bound_with_powers<5>(rng, 100));
}
