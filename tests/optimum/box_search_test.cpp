// SPDX-License-Identifier: MIT
#include <gdm/optimum/box_search.hpp>

#include <cmath>

#include <doctest/doctest.h>

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// 2 + sin(3 x) cos(2 y) where x + y <= limit, with the bound that its slopes allow.
struct Waves {
  double limit = infinity;
  [[nodiscard]] double value(double x, double y) const {
    return x + y <= limit ? 2.0 + std::sin(3.0 * x) * std::cos(2.0 * y) : -infinity;
  }
  template <class Candidate>
  void bound(gdm::SearchBox& box, const gdm::SearchResult&, const Candidate&) const {
    if (box.x + box.y - box.hx - box.hy > limit) {
      box.bound = -infinity;
      return;
    }
    const double centre = 2.0 + std::sin(3.0 * box.x) * std::cos(2.0 * box.y);
    box.bound = std::min(box.bound, centre + 3.0 * box.hx + 2.0 * box.hy);
  }
};

/// A plateau: no box can be thrown away before it is tiny.
struct Plateau {
  [[nodiscard]] double value(double, double) const { return 1.0; }
  template <class Candidate>
  void bound(gdm::SearchBox& box, const gdm::SearchResult&, const Candidate&) const {
    box.bound = 1.0 + box.hx + box.hy;
  }
};

}  // namespace

TEST_CASE("the search finds the maximum of a wavy function and brackets it") {
  const Waves waves;
  const gdm::SearchResult found = gdm::BoxSearch<Waves>(waves).run({0.0, 0.0, 4.0, 4.0}, 1e-3, 1'000'000);
  CHECK(found.value <= 3.0);
  CHECK(found.value >= 3.0 * (1.0 - 1e-3));
  CHECK(found.bound >= 3.0);
  CHECK(found.bound <= found.value * (1.0 + 1e-3));
  CHECK(std::abs(waves.value(found.x, found.y) - found.value) == 0.0);
}

TEST_CASE("infeasible boxes are thrown away, and a search without a feasible point says so") {
  const gdm::SearchResult cut = gdm::BoxSearch<Waves>(Waves{-3.0}).run({0.0, 0.0, 4.0, 4.0}, 1e-3, 1'000'000);
  CHECK(cut.x + cut.y <= -3.0);
  CHECK(cut.bound <= cut.value * (1.0 + 1e-3));
  const gdm::SearchResult none = gdm::BoxSearch<Waves>(Waves{-100.0}).run({0.0, 0.0, 4.0, 4.0}, 1e-3, 1'000'000);
  CHECK(none.value == -infinity);
  CHECK(none.bound == -infinity);
}

TEST_CASE("a full heap and a limit on the boxes leave an honest bound") {
  const Plateau plateau;
  const gdm::SearchResult full = gdm::BoxSearch<Plateau>(plateau).run({0.0, 0.0, 1.0, 1.0}, 0.02, 1'000'000);
  CHECK(full.boxes > 2 * 1024);  // more than the heap holds
  CHECK(full.bound <= 1.02);
  CHECK(full.bound >= 1.0);
  const gdm::SearchResult early = gdm::BoxSearch<Plateau>(plateau).run({0.0, 0.0, 1.0, 1.0}, 1e-9, 100);
  CHECK(early.boxes <= 102);
  CHECK(early.bound >= 1.1);
  const gdm::SearchResult crowded = gdm::BoxSearch<Plateau>(plateau).run({0.0, 0.0, 1.0, 1.0}, 1e-9, 5000);
  CHECK(crowded.bound >= 1.0 + 1e-9);
}
