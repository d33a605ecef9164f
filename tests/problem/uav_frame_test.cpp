// SPDX-License-Identifier: MIT
#include <gdm/problem/uav_frame.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include <doctest/doctest.h>
#include <gdm/problem/draw.hpp>

namespace {

using gdm::Vector;
template <int K>
using Terminals = std::array<Vector<2>, static_cast<std::size_t>(K)>;

template <int K>
Terminals<K> random_terminals(std::mt19937_64& rng) {
  Terminals<K> t;
  for (Vector<2>& v : t) {
    v = {400.0 * gdm::draw_uniform(rng), 400.0 * gdm::draw_uniform(rng)};
  }
  return t;
}

/// The terminals as the frame shows them.
template <int K, class Policy = gdm::CanonicalFrame>
Terminals<K> seen(const Terminals<K>& t) {
  const gdm::UavFrame frame = Policy::template of<K>(t, 400.0);
  Terminals<K> result;
  std::transform(t.begin(), t.end(), result.begin(), [&](const Vector<2>& v) { return frame.to_frame(v[0], v[1]); });
  return result;
}

template <std::size_t K>
double distance(const std::array<Vector<2>, K>& a, const std::array<Vector<2>, K>& b) {
  double worst = 0.0;
  for (std::size_t i = 0; i < K; ++i) {
    worst = std::max(worst, (a[i] - b[i]).norm());
  }
  return worst;
}

}  // namespace

TEST_CASE("a frame maps to itself and back") {
  std::mt19937_64 rng(71);
  for (int repeat = 0; repeat < 200; ++repeat) {
    const auto t = random_terminals<4>(rng);
    for (const gdm::UavFrame& frame : {gdm::CanonicalFrame::of<4>(t, 400.0), gdm::CentroidFrame::of<4>(t, 400.0),
                                       gdm::SquareFrame::of<4>(t, 400.0)}) {
      const Vector<2> u(400.0 * gdm::draw_uniform(rng), 400.0 * gdm::draw_uniform(rng));
      const Vector<2> v = frame.to_frame(u[0], u[1]);
      CHECK((frame.to_world(v[0], v[1]) - u).norm() <= 1e-12 * 400.0);
      const Vector<2> w = frame.to_frame(t[0][0], t[0][1]);
      CHECK(std::abs((v - w).norm() - (u - t[0]).norm()) <= 1e-12 * 400.0);  // rigid
    }
  }
}

TEST_CASE("moved, turned, reflected and permuted terminals look the same in the canonical frame") {
  std::mt19937_64 rng(72);
  for (int repeat = 0; repeat < 500; ++repeat) {
    const auto t = random_terminals<5>(rng);
    const auto plain = seen<5>(t);
    CHECK(std::abs(std::max_element(plain.begin(), plain.end(), [](auto& a, auto& b) {
                     return a.norm() < b.norm();
                   })->y()) <= 1e-12 * 400.0);
    const double angle = 2.0 * std::numbers::pi * gdm::draw_uniform(rng);
    auto moved = t;
    for (Vector<2>& v : moved) {
      const double y = repeat % 2 == 0 ? v[1] : -v[1];
      v = Vector<2>(std::cos(angle) * v[0] - std::sin(angle) * y + 17.0, std::sin(angle) * v[0] + std::cos(angle) * y);
    }
    CHECK(distance(seen<5>(moved), plain) <= 1e-10 * 400.0);
    auto permuted = t;
    std::rotate(permuted.begin(), permuted.begin() + 2, permuted.end());
    auto expected = plain;
    std::rotate(expected.begin(), expected.begin() + 2, expected.end());
    const auto bits = seen<5>(permuted);
    for (std::size_t i = 0; i < bits.size(); ++i) {
      CHECK((bits[i].array() == expected[i].array()).all());
    }
  }
}

TEST_CASE("three terminals change continuously in the canonical frame where two are equally far from the centroid") {
  std::mt19937_64 rng(73);
  // Isosceles triangles of all shapes, nudged either way: the set of points that is seen must stay the same.
  for (int repeat = 0; repeat < 500; ++repeat) {
    const double base = 20.0 + 300.0 * gdm::draw_uniform(rng), tall = -300.0 + 600.0 * gdm::draw_uniform(rng);
    const auto nudged = [&](double e) {
      auto s = seen<3>(Terminals<3>{Vector<2>(-base + e, 0.0), Vector<2>(base, 0.0), Vector<2>(0.0, tall)});
      std::sort(s.begin(), s.end(), [](const Vector<2>& a, const Vector<2>& b) { return a.norm() < b.norm() - 0.01; });
      return s;
    };
    auto a = nudged(1e-6), b = nudged(-1e-6);
    double worst = 0.0;
    for (const Vector<2>& v : a) {
      double nearest = 1e9;
      for (const Vector<2>& w : b) {
        nearest = std::min(nearest, (v - w).norm());
      }
      worst = std::max(worst, nearest);
    }
    CHECK(worst <= 1e-4);
  }
}

TEST_CASE("coincident and collinear terminals have a frame") {
  const Vector<2> p(30.0, 40.0);
  const auto same = seen<3>({p, p, p});
  for (const Vector<2>& v : same) {
    CHECK(v.norm() <= 1e-12);
  }
  const auto line = seen<3>({Vector<2>(10.0, 10.0), Vector<2>(20.0, 20.0), Vector<2>(60.0, 60.0)});
  for (const Vector<2>& v : line) {
    CHECK(std::abs(v[1]) <= 1e-12);
  }
  CHECK(std::abs(line[2][0] - std::sqrt(2.0) * 30.0) <= 1e-12);
  const auto one = seen<1>({p});
  CHECK(one[0].norm() == 0.0);
}
