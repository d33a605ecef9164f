// SPDX-License-Identifier: MIT
#include <gdm/problems/noma_uav/uav_ascent.hpp>

#include <cmath>
#include <random>

#include <doctest/doctest.h>
#include <gdm/core/vector.hpp>
#include <gdm/problem/draw.hpp>
#include <gdm/problems/noma_uav/uav_minimum_rate.hpp>
#include <gdm/problems/noma_uav/uav_rate.hpp>

namespace {

template <int K>
gdm::UavSite<K> random_site(std::mt19937_64& rng) {
  gdm::UavSite<K> site;
  site.height = 150.0;
  site.side = 400.0;
  for (std::size_t i = 0; i < gdm::UavSite<K>::size; ++i) {
    site.x[i] = 400.0 * gdm::draw_uniform(rng);
    site.y[i] = 400.0 * gdm::draw_uniform(rng);
  }
  return site;
}

template <int K>
typename gdm::UavSite<K>::Row rising_powers() {
  typename gdm::UavSite<K>::Row power;
  for (std::size_t k = 0; k < power.size(); ++k) power[k] = 5.8 + 0.1 * static_cast<double>(k);
  return power;
}

/// Climbs from random positions: no step may lower the rate, and the first one points uphill.
template <class Rate>
void check_climb(const Rate& rate, std::mt19937_64& rng) {
  for (int repeat = 0; repeat < 50; ++repeat) {
    gdm::UavPoint u = gdm::point_at(rate, gdm::draw_uniform(rng, -50.0, 450.0), gdm::draw_uniform(rng, -50.0, 450.0));
    CHECK((u.x >= 0.0 && u.x <= 400.0 && u.y >= 0.0 && u.y <= 400.0));
    if (!std::isfinite(u.rate)) continue;
    const auto to = rate.ascend(u.x, u.y);
    const double dx = to[0] - u.x, dy = to[1] - u.y;
    const double before = rate.value(u.x - 1e-6 * dx, u.y - 1e-6 * dy);
    const double after = rate.value(u.x + 1e-6 * dx, u.y + 1e-6 * dy);
    CHECK((after > before || std::hypot(dx, dy) < 1e-3 || !std::isfinite(before)));
    for (int step = 0; step < 30; ++step) {
      const gdm::UavPoint next = gdm::climb(rate, u);
      CHECK(next.rate >= u.rate);
      CHECK(next.rate == rate.value(next.x, next.y));
      CHECK((next.x >= 0.0 && next.x <= 400.0 && next.y >= 0.0 && next.y <= 400.0));
      u = next;
    }
  }
}

}  // namespace

TEST_CASE("a step of the ascent never lowers the rate, with given powers and with minimum rates") {
  std::mt19937_64 rng(121);
  for (int repeat = 0; repeat < 20; ++repeat) {
    const auto site = random_site<4>(rng);
    check_climb(gdm::UavRate<4>(site, rising_powers<4>(), 60.0 / 110.0), rng);
    check_climb(gdm::UavRate<4>(site, rising_powers<4>(), 1e5), rng);
    check_climb(gdm::UavMinimumRate<4>(site, {24.0, 0.1, std::exp2(0.8) - 1.0}, 1e5), rng);
  }
}

TEST_CASE("the best ascent is at least as good as a climb from any terminal, and near the search's optimum") {
  std::mt19937_64 rng(122);
  double gap = 0.0;
  for (int repeat = 0; repeat < 100; ++repeat) {
    const auto site = random_site<5>(rng);
    const gdm::UavRate<5> rate(site, rising_powers<5>(), 60.0 / 110.0);
    const auto stay = [](double ux, double uy) { return gdm::Vector<2>(ux, uy); };
    const gdm::UavPoint best = gdm::best_ascent(rate, stay);
    for (std::size_t i = 0; i < 5; ++i) {
      gdm::UavPoint u = gdm::point_at(rate, site.x[i], site.y[i]);
      for (int step = 0; step < 10; ++step) u = gdm::climb(rate, u);
      CHECK(best.rate >= u.rate);
    }
    const gdm::SearchResult exact = gdm::best_uav_position(rate, site, 1e-9);
    CHECK(exact.proved(1e-9));
    CHECK(best.rate <= exact.value * (1.0 + 1e-12));
    gap += (exact.value - best.rate) / exact.value / 100;
  }
  CHECK(gap <= 1e-5);
}
