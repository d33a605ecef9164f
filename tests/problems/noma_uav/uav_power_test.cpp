// SPDX-License-Identifier: MIT
#include <gdm/problems/noma_uav/uav_power.hpp>

#include <cmath>
#include <random>

#include <doctest/doctest.h>
#include <gdm/problem/draw.hpp>

TEST_CASE("over no position of a box does the power suffice where its bound says so, and the ratio stays below it") {
  std::mt19937_64 rng(131);
  int dropped = 0, points = 0;
  for (int repeat = 0; repeat < 500; ++repeat) {
    gdm::UavSite<4> site;
    site.height = 150.0;
    site.side = 400.0;
    for (std::size_t i = 0; i < 4; ++i) {
      site.x[i] = 400.0 * gdm::draw_uniform(rng);
      site.y[i] = 400.0 * gdm::draw_uniform(rng);
    }
    const gdm::SicConstraints constraints{gdm::draw_uniform(rng, 5.0, 25.0), 0.1, std::exp2(1.2) - 1.0};
    const gdm::UavPowerShare<4> share(site, constraints, 1e5);
    gdm::SearchBox box{400.0 * gdm::draw_uniform(rng), 400.0 * gdm::draw_uniform(rng),
                       gdm::draw_uniform(rng, 1.0, 100.0), gdm::draw_uniform(rng, 1.0, 100.0)};
    const double centre = share.needed(box.x, box.y);
    share.bound(box, {}, [&](double ux, double uy) {
      ++points;
      CHECK((ux >= -1e-9 && ux <= 400.0 + 1e-9 && uy >= -1e-9 && uy <= 400.0 + 1e-9));  // a mean of the terminals
    });
    dropped += box.bound == 0.0 ? 1 : 0;
    for (int k = 0; k < 50; ++k) {
      const double ux = box.x + box.hx * gdm::draw_uniform(rng, -1.0, 1.0);
      const double uy = box.y + box.hy * gdm::draw_uniform(rng, -1.0, 1.0);
      const double needed = share.needed(ux, uy);
      CHECK((share.value(ux, uy) == gdm::UavPowerShare<4>::enough) == (needed <= constraints.total));
      CHECK((box.bound == 0.0 ? needed > constraints.total : constraints.total / needed <= box.bound));
    }
    CHECK(centre > 0.0);
  }
  CHECK(dropped >= 50);
  CHECK(points >= 50);
}
