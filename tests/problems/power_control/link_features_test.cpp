// SPDX-License-Identifier: MIT
#include <gdm/problems/power_control/link_features.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <gdm/core/random.hpp>

namespace {

// The formulas of the documentation, one after the other, with the standard library's logarithms.
template <int K>
struct ByDefinition {
  const gdm::Vector<K * K + 2 * K>& x;

  double limit(int i) const { return x[K * K + K + i]; }
  double weight(int i) const { return x[K * K + i]; }
  double gain(int i, int j) const { return x[K * i + j] * limit(j); }
  static double rate(double ratio) { return std::log1p(std::min(ratio, 1e13)); }
  static double decades(double g) { return std::log(std::clamp(g, 1e-13, 1e13)); }
  double alone(int i) const { return rate(gain(i, i)); }
  double against(int i, int j) const { return rate(gain(i, i) / (1 + gain(i, j))); }
  double together(int i, int j) const { return against(i, j) + against(j, i) - std::max(alone(i), alone(j)); }
  double received(int i) const {
    double sum = 0;
    for (int j = 0; j < K; ++j) sum += j == i ? 0 : gain(i, j);
    return sum;
  }
  double caused(int i) const {
    double sum = 0;
    for (int j = 0; j < K; ++j) sum += j == i ? 0 : gain(j, i);
    return sum;
  }

  gdm::Vector<8 * K> links() const {
    gdm::Vector<8 * K> f;
    double mean = 0;
    for (int i = 0; i < K; ++i) mean += weight(i) / K;
    for (int i = 0; i < K; ++i) {
      double gained = 0, good = 0;
      for (int j = 0; j < K; ++j) {
        if (j == i) continue;
        gained += std::max(0.0, together(i, j));
        good += together(i, j) > 0 ? 1 : 0;
      }
      f.template segment<8>(8 * i) << std::log(std::clamp(weight(i) / mean, 1e-6, 1e6)), decades(gain(i, i)), alone(i),
          decades(received(i) / (K - 1)), decades(caused(i) / (K - 1)), rate(gain(i, i) / (1 + received(i))),
          gained / (K - 1), good / (K - 1);
    }
    return f;
  }
  gdm::Vector<9 * K * K> pairs() const {
    gdm::Vector<9 * K* K> f = gdm::Vector<9 * K * K>::Zero();
    for (int i = 0; i < K; ++i)
      for (int j = 0; j < K; ++j) {
        if (i == j) continue;
        f.template segment<9>(9 * (K * i + j)) << rate(gain(i, j)), rate(gain(j, i)), together(i, j),
            std::max(0.0, together(i, j)), alone(i) - against(i, j), alone(j) - against(j, i),
            0.5 * K * gain(i, j) / std::max(received(i), 1e-300), 0.5 * K * gain(j, i) / std::max(received(j), 1e-300),
            std::log(std::clamp(weight(i) / weight(j), 1e-3, 1e3));
      }
    return f * (2.0 / K);
  }
};

template <int K>
void check(std::uint32_t instances, double decades) {
  for (std::uint32_t n = 0; n < instances; ++n) {
    gdm::RandomStream rng(11, n);
    gdm::Vector<K * K + 2 * K> x;
    for (double& number : x) number = std::pow(10.0, decades * (2 * rng.uniform() - 1));
    if (n % 4 == 1) x[1] = x[K] = 0.0;  // links that do not hear each other
    const ByDefinition<K> oracle{x};
    const gdm::InterferenceChannel<K> channel(x);
    REQUIRE(channel.present == K);
    const auto close = [](const auto& a, const auto& b) {
      return ((a - b).array().abs() <= 1e-12 * (1 + b.array().abs())).all();
    };
    CAPTURE(n);
    gdm::Vector<8 *K> links = gdm::LinkFeatures<K>::of_links(channel), expected = oracle.links();
    for (int i = 0; i < K; ++i)
      for (int j = 0; j < K; ++j)  // a rounding decides whether a pair gains by nothing
        if (j != i && std::abs(oracle.together(i, j)) < 1e-13) links[8 * i + 7] = expected[8 * i + 7] = 0;
    CHECK(close(links, expected));
    CHECK(close(gdm::LinkFeatures<K>::of_pairs(channel), oracle.pairs()));
  }
}

}  // namespace

TEST_CASE("features of links and pairs are those of their definitions") {
  check<2>(200, 1.0);
  check<5>(200, 2.0);
  check<10>(100, 4.0);
  check<17>(50, 8.0);
}
