// SPDX-License-Identifier: MIT
#include <gdm/problems/power_control/wmmse.hpp>

#include <cmath>

#include <doctest/doctest.h>
#include <gdm/core/random.hpp>
#include <gdm/problems/power_control/draws.hpp>
#include <gdm/problems/power_control/wmmse_lanes.hpp>

namespace {

template <int K>
gdm::InterferenceChannel<K> channel(std::uint32_t number) {
  gdm::RandomStream rng(31, number);
  return gdm::InterferenceChannel<K>(gdm::WeightedRayleighLinks::draw<K>(rng));
}

/// WMMSE with receivers u, weights m and amplitudes v, as it is published.
template <int K>
gdm::Vector<K> published_wmmse(const gdm::InterferenceChannel<K>& c, gdm::Vector<K> v) {
  gdm::Vector<K> u, m, next;
  for (int i = 0; i < K; ++i) {
    double total = 1.0;
    for (int j = 0; j < K; ++j) total += c.gain(i, j) * v[j] * v[j];
    u[i] = std::sqrt(c.own[i]) * v[i] / total;
    m[i] = 1.0 / (1.0 - u[i] * std::sqrt(c.own[i]) * v[i]);
  }
  for (int i = 0; i < K; ++i) {
    double price = 0.0;
    for (int j = 0; j < K; ++j) price += c.weight[j] * m[j] * u[j] * u[j] * c.gain(j, i);
    next[i] = std::min(1.0, c.weight[i] * m[i] * u[i] * std::sqrt(c.own[i]) / price);
  }
  return next;
}

/// Closed-form fractional programming with the auxiliary variables gamma and y of Shen and Yu.
template <int K>
gdm::Vector<K> published_fractional_programming(const gdm::InterferenceChannel<K>& c, const gdm::Vector<K>& p) {
  gdm::Vector<K> gamma, y, next;
  for (int i = 0; i < K; ++i) {
    double total = 1.0;
    for (int j = 0; j < K; ++j) total += c.gain(i, j) * p[j];
    gamma[i] = c.own[i] * p[i] / (total - c.own[i] * p[i]);
    y[i] = std::sqrt(c.weight[i] * (1.0 + gamma[i]) * c.own[i] * p[i]) / total;
  }
  for (int i = 0; i < K; ++i) {
    double price = 0.0;
    for (int j = 0; j < K; ++j) price += y[j] * y[j] * c.gain(j, i);
    next[i] = std::min(1.0, y[i] * y[i] * c.weight[i] * (1.0 + gamma[i]) * c.own[i] / (price * price));
  }
  return next;
}

template <int K>
void compare_with_published() {
  for (std::uint32_t n = 0; n < 50; ++n) {
    const auto c = channel<K>(n);
    gdm::RandomStream rng(32, n);
    auto s = gdm::full_power(c);
    for (int i = 0; i < K; ++i) s[i] = rng.uniform();
    for (int k = 0; k < 10; ++k) {
      const gdm::Vector<K> p = s.matrix().template head<K>();
      const gdm::Vector<K> v = published_wmmse<K>(c, p.cwiseSqrt());
      const gdm::Vector<K> f = published_fractional_programming<K>(c, p);
      s = gdm::WmmseStep(c, s).shares;
      for (int i = 0; i < K; ++i) {
        CHECK(s[i] == doctest::Approx(v[i] * v[i]).epsilon(1e-10));
        CHECK(s[i] == doctest::Approx(f[i]).epsilon(1e-10));
      }
    }
  }
}

}  // namespace

TEST_CASE("a step is the published WMMSE and the published fractional programming") {
  compare_with_published<1>();
  compare_with_published<3>();
  compare_with_published<10>();
  compare_with_published<17>();
}

TEST_CASE("a step in lanes is the step of one point, and so are the rates") {
  const auto c = channel<11>(3);
  gdm::WmmseLanes<11> points(c);
  constexpr int lanes = gdm::WmmseLanes<11>::lanes;
  gdm::RandomStream rng(33);
  std::vector<gdm::InterferenceChannel<11>::Column> single(lanes, gdm::full_power(c));
  for (int lane = 0; lane < lanes; ++lane) {
    for (int i = 0; i < 11; ++i) single[static_cast<std::size_t>(lane)][i] = rng.uniform();
    points.set(lane, single[static_cast<std::size_t>(lane)]);
  }
  for (int k = 0; k < 20; ++k) points.step();
  const auto rates = points.rates();
  for (int lane = 0; lane < lanes; ++lane) {
    auto s = single[static_cast<std::size_t>(lane)];
    for (int k = 0; k < 20; ++k) s = gdm::WmmseStep(c, s).shares;
    CHECK((points.point(lane) - s).abs().maxCoeff() <= 1e-10);
    CHECK(rates[lane] == doctest::Approx(c.rate(s)).epsilon(1e-12));
  }
}

TEST_CASE("WMMSE ends, does not lower the rate, and stays silent where it begins silent") {
  for (std::uint32_t n = 0; n < 100; ++n) {
    const auto c = channel<8>(n);
    auto s = gdm::full_power(c);
    s[2] = 0.0;
    const auto end = gdm::wmmse(c, s);
    CHECK(c.rate(end) >= c.rate(s));
    CHECK(end[2] == 0.0);
    CHECK(end.minCoeff() >= 0.0);
    CHECK(end.maxCoeff() <= 1.0);
  }
}
