// SPDX-License-Identifier: MIT
#include <gdm/problems/noma_uav/sic.hpp>

#include <cmath>
#include <limits>
#include <random>

#include <doctest/doctest.h>
#include <gdm/problem/draw.hpp>

namespace {

template <int K>
gdm::Vector<K> random_vector(std::mt19937_64& rng, double low, double high) {
  gdm::Vector<K> v;
  for (double& element : v) {
    element = gdm::draw_uniform(rng, low, high);
  }
  return v;
}

/// Random powers that rise by the margin along the order and sum to the total.
template <int K>
gdm::Vector<K> random_feasible(std::mt19937_64& rng, const gdm::SicOrder<K>& order, double total, double margin) {
  gdm::Vector<K> step;
  for (double& element : step) {
    element = -std::log1p(-gdm::draw_uniform(rng));
  }
  double weighted = 0.0;  // the step below rank k counts for all ranks from k on
  for (int k = 0; k < K; ++k) {
    weighted += step[k] * (K - k);
  }
  step *= (total - gdm::sic_power_needed<K>(margin)) / weighted;
  gdm::Vector<K> power;
  double level = 0.0;
  for (int k = 0; k < K; ++k) {
    level += step[k];
    power[order[static_cast<std::size_t>(k)]] = level + k * margin;
  }
  return power;
}

template <int K>
void check_projection(std::mt19937_64& rng, double spread) {
  const gdm::SicOrder<K> order =
      gdm::sic_order(random_vector<K>(rng, 0.0, 1.0), gdm::Vector<K>(gdm::Vector<K>::Zero()));
  const double total = gdm::sic_power_needed<K>(0.1) + 0.01 + 20.0 * gdm::draw_uniform(rng);
  const gdm::Vector<K> y = random_vector<K>(rng, -spread, spread);
  const gdm::Vector<K> v = gdm::project_sic_powers<K>(y, order, total, 0.1);
  CHECK(gdm::sic_violation<K>(v, order, total, 0.1) <= 1e-12);
  CHECK((gdm::project_sic_powers<K>(v, order, total, 0.1) - v).cwiseAbs().maxCoeff() <= 1e-13 * total);
  for (int repeat = 0; repeat < 50; ++repeat) {
    // Optimality of a projection onto a convex set: the angle at it is obtuse for every feasible point.
    const gdm::Vector<K> other = random_feasible<K>(rng, order, total, 0.1);
    REQUIRE(gdm::sic_violation<K>(other, order, total, 0.1) <= 1e-11);
    CHECK((y - v).dot(other - v) <= 1e-11 * (1.0 + spread) * total);
  }
}

}  // namespace

TEST_CASE("projected powers rise by the margin, spend the total, and no feasible powers are nearer") {
  std::mt19937_64 rng(61);
  for (int repeat = 0; repeat < 100; ++repeat) {
    for (const double spread : {0.1, 10.0, 1000.0}) {
      check_projection<1>(rng, spread);
      check_projection<2>(rng, spread);
      check_projection<3>(rng, spread);
      check_projection<8>(rng, spread);
    }
  }
}

TEST_CASE("powers of any size, infinite or NaN project to feasible powers") {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const gdm::SicOrder<3> order{2, 0, 1};
  for (const double a : {0.0, 1e300, -1e300, inf, -inf, nan, 5e-324}) {
    for (const double b : {1.0, 1e308, -1e308, inf, -inf, nan}) {
      for (const double total : {0.3, 0.4, 18.0, 1e5}) {
        const gdm::Vector<3> v = gdm::project_sic_powers<3>({a, b, 0.1}, order, total, 0.1);
        CAPTURE(a);
        CAPTURE(b);
        CHECK(gdm::sic_violation<3>(v, order, total, 0.1) <= 1e-9);
      }
    }
  }
}

TEST_CASE("the sum rate agrees with its telescoped form and with the paper's sum over falling gains") {
  std::mt19937_64 rng(62);
  for (int repeat = 0; repeat < 200; ++repeat) {
    const gdm::Vector<5> t = random_vector<5>(rng, 2e4, 2e5);
    const gdm::Vector<5> p = random_vector<5>(rng, 0.1, 10.0);
    const double gain = std::pow(10.0, gdm::draw_uniform(rng, -1.0, 5.0));
    std::array<int, 5> order{0, 1, 2, 3, 4};
    std::sort(order.begin(), order.end(), [&](int a, int b) { return gain / t[a] > gain / t[b]; });
    double rate = 0.0, below = 0.0, product = 1.0;
    for (const int i : order) {
      rate += std::log2(1.0 + p[i] / (below + t[i] / gain));
      product *= (below + p[i] + t[i] / gain) / (below + t[i] / gain);
      below += p[i];
    }
    const double value = gdm::sic_sum_rate<double, 5>(t, p, gain);
    CHECK(std::abs(value - rate) <= 1e-10 * rate);
    CHECK(std::abs(value - std::log2(product)) <= 1e-10 * rate);
  }
}

TEST_CASE("no feasible powers have a larger sum rate than the closed form") {
  std::mt19937_64 rng(63);
  for (int repeat = 0; repeat < 300; ++repeat) {
    const gdm::Vector<4> t = random_vector<4>(rng, 2e4, 2e5);
    const gdm::SicOrder<4> order = gdm::sic_order(t, gdm::Vector<4>(gdm::Vector<4>::Zero()));
    const double gain = std::pow(10.0, gdm::draw_uniform(rng, -1.0, 5.0));
    const double total = 0.6 + 20.0 * gdm::draw_uniform(rng);
    gdm::Vector<4> best;
    for (int k = 0; k < 4; ++k) {
      best[order[static_cast<std::size_t>(k)]] = gdm::best_sic_power<4>(k, total, 0.1);
    }
    CHECK(gdm::sic_violation<4>(best, order, total, 0.1) <= 1e-12);
    const double rate = gdm::sic_sum_rate<double, 4>(t, best, gain);
    for (int other = 0; other < 30; ++other) {
      const gdm::Vector<4> p = random_feasible<4>(rng, order, total, 0.1);
      CHECK(gdm::sic_sum_rate<double, 4>(t, p, gain) <= rate * (1.0 + 1e-12));
    }
  }
}

TEST_CASE("equally far terminals are ordered by power, and still need the margin") {
  const gdm::Vector<3> t(5.0, 5.0, 4.0);
  CHECK(gdm::sic_order<double, 3>(t, {2.0, 1.0, 9.0}) == gdm::SicOrder<3>{2, 1, 0});
  const gdm::Vector<3> p(1.0, 1.0, 0.5);
  const double violation = gdm::sic_violation<3>(p, gdm::sic_order<double, 3>(t, p), 2.5, 0.1);
  CHECK(std::abs(violation - 1.0) <= 1e-12);
  CHECK(std::abs(gdm::sic_violation<3>({1.0, 1.05, 0.5}, {2, 0, 1}, 2.55, 0.1) - 0.5) <= 1e-12);
  CHECK(gdm::sic_violation<3>({1.0, 2.0, std::numeric_limits<double>::quiet_NaN()}, {0, 1, 2}, 3.0, 0.1) ==
        std::numeric_limits<double>::infinity());
}
