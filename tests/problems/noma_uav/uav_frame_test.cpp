// SPDX-License-Identifier: MIT
#include <gdm/problems/noma_uav/uav_frame.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include <doctest/doctest.h>
#include <gdm/problem/draw.hpp>

#include "../../near.hpp"

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

/// The rate of a UAV at 150 m with 6 mW a terminal, as NomaUav has it.
template <int K>
gdm::UavRate<K> rate(Terminals<K> t) {
  std::sort(t.begin(), t.end(), gdm::detail::by_position);  // as NomaUav does
  gdm::UavSite<K> site{.height = 150.0, .side = 400.0};
  typename gdm::UavSite<K>::Row power;
  for (std::size_t i = 0; i < t.size(); ++i) {
    site.x[i] = t[i][0];
    site.y[i] = t[i][1];
    power[i] = 6.0 + 0.1 * static_cast<double>(i);
  }
  return {site, power, 60.0 / 110.0};
}

template <class Policy, int K>
gdm::UavFrame frame_of(const gdm::UavRate<K>& rate) {
  return Policy::template of<K>(rate, gdm::detail::rates_above(rate));
}

/// The terminals as the frame shows them.
template <int K, class Policy = gdm::CanonicalFrame>
Terminals<K> seen(const Terminals<K>& t) {
  const gdm::UavFrame frame = frame_of<Policy>(rate<K>(t));
  Terminals<K> result;
  std::transform(t.begin(), t.end(), result.begin(), [&](const Vector<2>& v) { return frame.to_frame(v[0], v[1]); });
  return result;
}

template <std::size_t K>
double distance(const std::array<Vector<2>, K>& a, const std::array<Vector<2>, K>& b) {
  double worst = 0.0;
  for (std::size_t i = 0; i < K; ++i) {
    worst = larger_error(worst, (a[i] - b[i]).norm());
  }
  return worst;
}

}  // namespace

TEST_CASE("a frame maps to itself and back") {
  std::mt19937_64 rng(71);
  for (int repeat = 0; repeat < 200; ++repeat) {
    const auto t = random_terminals<4>(rng);
    for (const gdm::UavFrame& frame :
         {frame_of<gdm::CanonicalFrame>(rate<4>(t)), frame_of<gdm::PeakFrame>(rate<4>(t)),
          frame_of<gdm::CentroidFrame>(rate<4>(t)), frame_of<gdm::SquareFrame>(rate<4>(t))}) {
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
    Vector<2> mean(0.0, 0.0);
    for (const Vector<2>& v : plain) mean += v / 5;
    CHECK(std::abs(mean[1]) <= 1e-12 * 400.0);  // the centroid is on the x axis
    CHECK(mean[0] >= 0.0);
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

TEST_CASE("the peak's frame has its origin near a local maximum of the rate, with world axes") {
  std::mt19937_64 rng(73);
  int global = 0;
  for (int repeat = 0; repeat < 300; ++repeat) {
    const auto t = random_terminals<4>(rng);
    const auto of = rate<4>(t);
    const gdm::UavFrame frame = frame_of<gdm::PeakFrame>(of);
    CHECK(frame.cosine == 1.0);
    CHECK(frame.sine == 0.0);
    CHECK(frame.mirror == 1.0);
    const double top = of.value(frame.x, frame.y);
    for (const Vector<2>& v : t) CHECK(top >= of.value(v[0], v[1]) * (1.0 - 1e-9));  // the best start, and uphill
    global += top >= (1.0 - 1e-3) * gdm::best_uav_position(of, of.site(), 1e-9).value ? 1 : 0;
  }
  CHECK(global >= 200);  // but not always: which maximum is the best one is for the network to tell
  CHECK(global < 300);
}

TEST_CASE("coincident and collinear terminals have a frame") {
  const Vector<2> p(30.0, 40.0);
  const auto same = seen<3>({p, p, p});
  for (const Vector<2>& v : same) {
    CHECK(v.norm() <= 1e-10);
  }
  const auto line = seen<3>({Vector<2>(10.0, 10.0), Vector<2>(20.0, 20.0), Vector<2>(60.0, 60.0)});
  for (const Vector<2>& v : line) {
    CHECK(std::abs(v[1]) <= 1e-10);
  }
  CHECK(std::abs(std::abs(line[2][0] - line[0][0]) - std::sqrt(2.0) * 50.0) <= 1e-10);
  const auto one = seen<1>({p});
  CHECK(one[0].norm() <= 1e-12);
}
