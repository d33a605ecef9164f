// SPDX-License-Identifier: MIT
#include <gdm/problems/noma_uav/noma_uav_rate.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>

namespace {

template <int K>
using Row = std::array<double, static_cast<std::size_t>(K)>;

/// Second oracle for the sums: both limits applied in turn, downwards from sums that are too large.
template <int K>
Row<K> relaxed_sums(const Row<K>& noise, const gdm::SicConstraints& constraints) {
  Row<K> s;
  s.fill(constraints.total);
  for (int sweep = 0; sweep < 20'000; ++sweep) {
    for (std::size_t k = 0; k + 1 < s.size(); ++k) {
      const double by_margin = 0.5 * (s[k + 1] + (k == 0 ? 0.0 : s[k - 1]) - constraints.margin);
      s[k] = std::min({s[k], by_margin, (s[k + 1] - constraints.factor * noise[k + 1]) / (1.0 + constraints.factor)});
    }
  }
  return s;
}

template <int K>
void compare_sums(std::mt19937_64& rng) {
  Row<K> noise;
  for (double& element : noise) {
    element = gdm::draw_uniform(rng, 0.2, 1.5);
  }
  std::sort(noise.begin(), noise.end());
  const gdm::SicConstraints constraints{6.0 * K, 0.1, std::exp2(1.5 * gdm::draw_uniform(rng)) - 1.0};
  using Sums = gdm::SicSums<static_cast<std::size_t>(K)>;
  const Sums best = Sums::best(noise, constraints);
  const Row<K> relaxed = relaxed_sums<K>(noise, constraints);
  for (std::size_t k = 0; k < noise.size(); ++k) {
    CHECK(std::abs(best.sum(k) - relaxed[k]) <= 1e-9 * constraints.total);
    double linear = best.constant(k);
    for (std::size_t j = 0; j < noise.size(); ++j) {
      linear += best.slope(k, j) * noise[j];
      CHECK(best.slope(k, j) <= 0.0);
    }
    CHECK(std::abs(linear - best.sum(k)) <= 1e-12 * constraints.total);
  }
  // Feasible by the least total power exactly if the nearest terminal keeps its rate.
  CHECK((gdm::least_total(noise, constraints) <= constraints.total) ==
        (best.power(0) >= constraints.factor * noise[0]));
}

/// The best rate over a grid with a local search, in bit/s/Hz, with the powers of the relaxation above.
template <class P>
double grid_optimum(const typename P::Condition& x) {
  constexpr int K = P::Solution::RowsAtCompileTime - 2;
  const auto rate = [&](double ux, double uy) {
    Row<K> noise;
    for (std::size_t i = 0; i < noise.size(); ++i) {
      const auto j = static_cast<Eigen::Index>(2 * i);
      noise[i] = (std::pow(ux - x[j], 2) + std::pow(uy - x[j + 1], 2) + 22500.0) / 1e5;
    }
    std::sort(noise.begin(), noise.end());
    Row<K> s;
    s.fill(x[2 * K]);
    const double factor = std::exp2(P::minimum_rate) - 1.0;
    for (int sweep = 0; sweep < 60; ++sweep) {
      for (std::size_t k = 0; k + 1 < s.size(); ++k) {
        s[k] = std::min({s[k], 0.5 * (s[k + 1] + (k == 0 ? 0.0 : s[k - 1]) - 0.1),
                         (s[k + 1] - factor * noise[k + 1]) / (1.0 + factor)});
      }
    }
    if (s[0] < factor * noise[0]) {
      return 0.0;
    }
    double sum = 0.0, below = 0.0;
    for (std::size_t k = 0; k < s.size(); ++k) {
      sum += std::log2((s[k] + noise[k]) / (below + noise[k]));
      below = s[k];
    }
    return sum;
  };
  double best = 0.0, bx = 0.0, by = 0.0;
  for (int i = 0; i <= 40; ++i) {
    for (int j = 0; j <= 40; ++j) {
      if (const double r = rate(10.0 * i, 10.0 * j); r > best) {
        best = r;
        bx = 10.0 * i;
        by = 10.0 * j;
      }
    }
  }
  for (double step = 10.0; step > 1e-5; step *= 0.5) {
    for (bool moved = true; moved;) {
      moved = false;
      for (int direction = 0; direction < 16; ++direction) {
        const double x1 = std::clamp(bx + step * std::cos(0.39269908169872414 * direction), 0.0, 400.0);
        const double y1 = std::clamp(by + step * std::sin(0.39269908169872414 * direction), 0.0, 400.0);
        if (const double r = rate(x1, y1); r > best * (1.0 + 1e-15)) {
          best = r;
          bx = x1;
          by = y1;
          moved = true;
        }
      }
    }
  }
  return best;
}

template <class P>
void check_instances(std::mt19937_64& rng, int repeats) {
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const auto x = P::draw(rng);
    P::validate(x);
    const auto y = P::optimal(x);
    const double best = P::objective(x, y);
    CAPTURE(x.transpose());
    CHECK(P::violation(x, y) <= 1e-10);
    CHECK(best >= grid_optimum<P>(x) * (1.0 - 1e-8));
    CHECK(P::bound(x) >= best);
    CHECK(P::bound(x) <= best * (1.0 + 2e-6));
    CHECK(P::violation(x, P::baseline(x)) <= 1e-10);
    CHECK(P::objective(x, P::baseline(x)) <= best * (1.0 + 1e-9));
    CHECK(P::objective(x, P::baseline(x)) >= best * (1.0 - 2e-3));
    CHECK(P::violation(x, P::centroid(x)) <= 1e-10);
    CHECK((P::decode(x, P::encode(x, y)) - y).cwiseAbs().maxCoeff() <= 1e-8);
    for (int other = 0; other < 100; ++other) {
      typename P::Solution guess = y;
      for (double& element : guess) {
        element += (other % 2 == 0 ? 100.0 : 1.0) * gdm::draw_normal(rng);
      }
      const auto v = P::project(x, guess);
      CHECK(P::violation(x, v) <= 1e-9);
      CHECK((P::project(x, v) - v).cwiseAbs().maxCoeff() <= 1e-9);
      CHECK(P::objective(x, v) <= best * (1.0 + 1e-9));
      const typename P::Latent z(3.0 * gdm::draw_normal(rng), 1e3 * gdm::draw_normal(rng));
      const auto decoded = P::decode(x, z);
      CHECK(P::violation(x, decoded) <= 1e-9);
      CHECK(P::objective(x, decoded) <= best * (1.0 + 1e-9));
      const auto shared = P::context(x);
      CHECK((P::decode(x, z, shared).array() == decoded.array()).all());
      CHECK((P::project(x, guess, shared).array() == v.array()).all());
      for (const auto& from : {v, decoded}) {
        const auto refined = P::refine(x, from);
        CHECK(P::violation(x, refined) <= 1e-9);
        CHECK(P::objective(x, refined) >= P::objective(x, from));
      }
    }
  }
}

static_assert(gdm::Problem<gdm::NomaUavRate<3>>);
static_assert(gdm::NomaUavRate<3>::name == "noma_uav_db_rate_500");
static_assert(std::is_same_v<gdm::NomaUavRate<3, 900>::Resized<6>, gdm::NomaUavRate<6, 900>>);

}  // namespace

TEST_CASE("the best sums are the largest that keep margins and rates") {
  std::mt19937_64 rng(111);
  for (int repeat = 0; repeat < 100; ++repeat) {
    compare_sums<2>(rng);
    compare_sums<3>(rng);
    compare_sums<5>(rng);
  }
}

TEST_CASE("with a minimum rate the optimum agrees with a grid, and nothing feasible beats it") {
  std::mt19937_64 rng(112);
  check_instances<gdm::NomaUavRate<1, 2000>>(rng, 2);
  check_instances<gdm::NomaUavRate<2, 1200>>(rng, 5);
  check_instances<gdm::NomaUavRate<3, 800>>(rng, 10);  // one limit or two
  check_instances<gdm::NomaUavRate<3, 1500>>(rng, 10);
  check_instances<gdm::NomaUavRate<3, 1900>>(rng, 5);  // hardly feasible: many positions are not
  check_instances<gdm::NomaUavRate<5, 900>>(rng, 2);
}

TEST_CASE("without a minimum rate the problem is NomaUav in dB units") {
  std::mt19937_64 rng(113);
  using P = gdm::NomaUavRate<3, 0>;
  for (int repeat = 0; repeat < 20; ++repeat) {
    const auto x = P::draw(rng);
    const double best = gdm::NuDbProblem::objective(x, gdm::NuDbProblem::optimal(x));
    CHECK(std::abs(P::objective(x, P::optimal(x)) - best) <= 2e-9 * best);
    const P::Latent z(gdm::draw_normal(rng), gdm::draw_normal(rng));
    CHECK((P::decode(x, z) - gdm::NuDbProblem::decode(x, z)).cwiseAbs().maxCoeff() <= 1e-12 * 18.0);
  }
}

TEST_CASE("a minimum rate that the power cannot pay is refused with what it needs") {
  using P = gdm::NomaUavRate<3, 2000>;
  const P::Condition x{0.0, 0.0, 400.0, 0.0, 200.0, 400.0, 5.0};
  CHECK_THROWS_WITH_AS(P::validate(x), doctest::Contains("total power (element 6) is 5 mW; 2 bit/s/Hz for each of 3"),
                       gdm::Error);
  CHECK_THROWS_WITH_AS(P::validate(x), doctest::Contains("[GDM-R203]"), gdm::Error);
}

TEST_CASE("an instance is refused exactly if its power suffices over no position") {
  std::mt19937_64 rng(114);
  using P = gdm::NomaUavRate<3, 1500>;
  const double factor = std::exp2(1.5) - 1.0;
  int between = 0;  // feasible, but neither above a terminal nor above the centroid
  for (int repeat = 0; repeat < 40; ++repeat) {
    auto x = gdm::NuDbProblem::draw(rng);
    const auto needed = [&](double ux, double uy) {
      Row<3> noise;
      for (int i = 0; i < 3; ++i) {
        noise[static_cast<std::size_t>(i)] =
            (std::pow(ux - x[2 * i], 2) + std::pow(uy - x[2 * i + 1], 2) + 22500.0) / 1e5;
      }
      std::sort(noise.begin(), noise.end());
      double sum = 0.0, power = -0.1;
      for (const double n : noise) {
        power = std::max(power + 0.1, factor * (sum + n));
        sum += power;
      }
      return sum;
    };
    double least = 1e9, bx = 0.0, by = 0.0;  // a grid, then ever smaller steps around its best point
    for (int i = 0; i <= 80; ++i) {
      for (int j = 0; j <= 80; ++j) {
        if (const double power = needed(5.0 * i, 5.0 * j); power < least) {
          least = power;
          bx = 5.0 * i;
          by = 5.0 * j;
        }
      }
    }
    for (double step = 4.0; step > 1e-4; step *= 0.7) {
      for (int k = 0; k < 200; ++k) {
        const double ux = bx + step * gdm::draw_normal(rng), uy = by + step * gdm::draw_normal(rng);
        if (const double power = needed(ux, uy); power < least) {
          least = power;
          bx = ux;
          by = uy;
        }
      }
    }
    double cheap = needed((x[0] + x[2] + x[4]) / 3.0, (x[1] + x[3] + x[5]) / 3.0);
    for (int i = 0; i < 3; ++i) cheap = std::min(cheap, needed(x[2 * i], x[2 * i + 1]));
    x[6] = 1.0005 * least;
    between += x[6] < cheap ? 1 : 0;
    CAPTURE(x.transpose());
    CHECK_NOTHROW(P::validate(x));
    const auto y = P::optimal(x);
    CHECK(P::violation(x, y) <= 1e-9);
    CHECK(P::violation(x, P::baseline(x)) <= 1e-9);
    CHECK(P::violation(x, P::decode(x, {0.3, -0.2})) <= 1e-9);
    x[6] = 0.999 * least;
    CHECK_THROWS_WITH_AS(P::validate(x), doctest::Contains("and more than there is over every other"), gdm::Error);
    CHECK_THROWS_AS((void)P::optimal(x), gdm::Error);
  }
  CHECK(between >= 20);
}

TEST_CASE("draw says that no instance can keep the minimum rate, in place of an infeasible one") {
  std::mt19937_64 rng(115);
  using P = gdm::NomaUavRate<3, 9000>;
  CHECK_THROWS_WITH_AS((void)P::draw(rng), doctest::Contains("none of 1000 drawn instances"), gdm::Error);
}

TEST_CASE("a rate below the minimum is a violation relative to it") {
  using P = gdm::NomaUavRate<3, 1000>;
  const P::Condition x{100.0, 100.0, 300.0, 100.0, 200.0, 300.0, 18.0};
  // Equal steps of the margin give the farthest terminal about log2(1 + 6.1 / 12.3) = 0.58 bit/s/Hz.
  const auto y = gdm::NuDbProblem::decode(x, {0.0, 0.0});
  CHECK(P::violation(x, y) > 0.3);
  CHECK(P::violation(x, y) < 0.5);
  CHECK(P::violation(x, P::project(x, y)) <= 1e-12);
}
