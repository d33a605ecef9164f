// SPDX-License-Identifier: MIT
#include <gdm/problems/sum_rate/sum_rate.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <boost/math/differentiation/autodiff.hpp>

namespace {

static_assert(gdm::Problem<gdm::MsrProblem> && gdm::Problem<gdm::Msr80Problem> && gdm::Problem<gdm::SumRate<512>>);
static_assert(std::is_same_v<gdm::MsrProblem::Resized<6>, gdm::SumRate<6, 20'000>>);
static_assert(std::is_same_v<gdm::Msr80Problem::Resized<40>, gdm::SumRate<40>>);

/// First oracle: the water level by bisection.
template <int M>
gdm::Vector<M> fill_by_bisection(const gdm::Vector<M>& g, double total) {
  double low = 0.0;
  double high = total + 1.0 / g.maxCoeff();
  for (int step = 0; step < 200; ++step) {
    const double level = 0.5 * (low + high);
    ((level - g.cwiseInverse().array()).max(0.0).sum() < total ? low : high) = level;
  }
  return (0.5 * (low + high) - g.cwiseInverse().array()).max(0.0).matrix();
}

template <int M>
void compare_with_oracles(std::mt19937_64& rng, double decades) {
  using P = gdm::SumRate<M>;
  typename P::Condition x;
  for (double& element : x) {
    element = std::pow(10.0, gdm::draw_uniform(rng, -decades, decades));
  }
  const auto y = P::optimal(x);
  const gdm::Vector<M> g = x.template head<M>();
  CHECK((y - fill_by_bisection<M>(g, x[M])).cwiseAbs().maxCoeff() <= 1e-11 * x[M]);
  CHECK(P::violation(x, y) <= 1e-12);
  // Second oracle, the optimality conditions: the same marginal rate g / (1 + g p) where power goes, no more elsewhere.
  const gdm::Vector<M> marginal = (g.array() / (1.0 + g.array() * y.array())).matrix();
  const double level = marginal.maxCoeff();
  for (int i = 0; i < M; ++i) {
    if (y[i] > 1e-9 * x[M]) {
      CHECK(marginal[i] >= level * (1.0 - 1e-6));
    }
  }
  CHECK(P::bound(x) >= P::objective(x, y) * (1.0 - 1e-14));
  CHECK(P::objective(x, P::baseline(x)) >= P::objective(x, y) * (1.0 - 1e-12));
  CHECK(P::objective(x, P::equal_power(x)) <= P::objective(x, y) * (1.0 + 1e-14));
  // The latent of the optimum is the whole answer.
  CHECK((P::decode(x, P::encode(x, y)) - y).cwiseAbs().maxCoeff() <= 1e-12 * x[M]);
}

}  // namespace

TEST_CASE("water-filling agrees with bisection and with the optimality conditions") {
  std::mt19937_64 rng(21);
  for (int repeat = 0; repeat < 200; ++repeat) {
    for (const double decades : {0.2, 2.0}) {
      compare_with_oracles<1>(rng, decades);
      compare_with_oracles<3>(rng, decades);
      compare_with_oracles<80>(rng, decades);
    }
  }
}

TEST_CASE("objective in bit/s/Hz matches a plain loop and Boost's automatic derivative matches the formula") {
  std::mt19937_64 rng(22);
  const auto x = gdm::MsrProblem::draw(rng);
  CHECK(x[3] == 10.0);
  CHECK(gdm::Msr80Problem::draw(rng)[80] == 20.0);
  const gdm::Vector<3> y(2.0, 3.0, 5.0);
  double rate = 0.0;
  for (int i = 0; i < 3; ++i) {
    rate += std::log2(1.0 + x[i] * y[i]);
  }
  CHECK(std::abs(gdm::MsrProblem::objective(x, y) - rate) <= 1e-14 * rate);
  using boost::math::differentiation::make_fvar;
  using Dual = decltype(make_fvar<double, 1>(0.0));
  Eigen::Matrix<Dual, 3, 1> dual;
  dual << make_fvar<double, 1>(y[0]), Dual(y[1]), Dual(y[2]);
  const Dual value = gdm::MsrProblem::objective(x, dual);
  CHECK(std::abs(value.derivative(0) - rate) <= 1e-14 * rate);
  const double slope = x[0] / (1.0 + x[0] * y[0]) / std::log(2.0);
  CHECK(std::abs(value.derivative(1) - slope) <= 1e-14 * slope);
}

TEST_CASE("features do not change when gains scale against power or all noise levels rise, and permute bit for bit") {
  std::mt19937_64 rng(23);
  for (int repeat = 0; repeat < 100; ++repeat) {
    using P = gdm::SumRate<7>;
    auto x = P::draw(rng);
    const auto f = P::features(x);
    auto scaled = x;
    scaled.head<7>() *= 64.0;
    scaled[7] /= 64.0;
    CHECK((P::features(scaled).array() == f.array()).all());
    auto raised = x;  // 1/g + 1
    raised.head<7>() = (x.head<7>().cwiseInverse().array() + 1.0).inverse().matrix();
    CHECK((P::features(raised) - f).cwiseAbs().maxCoeff() <= 1e-12);
    CHECK((P::optimal(raised) - P::optimal(x)).cwiseAbs().maxCoeff() <= 1e-12);
    auto turned = x;
    std::rotate(turned.begin(), turned.begin() + 3, turned.begin() + 7);
    auto f_turned = f;
    std::rotate(f_turned.begin(), f_turned.begin() + 3, f_turned.end());
    CHECK((P::features(turned).array() == f_turned.array()).all());
  }
}

TEST_CASE("dead, tiny and huge channels give finite features and feasible answers") {
  using P = gdm::MsrProblem;
  std::mt19937_64 rng(24);
  for (const double g1 : {0.0, 5e-324, 1e-100, 1.0, 1e100}) {
    for (const double g2 : {0.0, 1e-300, 1e-100, 2.0, 1e100}) {
      for (const double power : {1e-100, 1e-3, 1e100}) {
        const P::Condition x(g1, g2, 1e-100, power);
        CAPTURE(x.transpose());
        CHECK_NOTHROW(P::validate(x));
        CHECK(P::features(x).allFinite());
        const P::Solution y = P::optimal(x);
        CHECK(P::violation(x, y) <= 1e-12);
        CHECK(std::isfinite(P::objective(x, y)));
        CHECK(P::objective(x, P::equal_power(x)) <= P::objective(x, y) * (1.0 + 1e-12));
        for (int i = 0; i < 3; ++i) CHECK((P::present(x, i) || y[i] == 0.0));
        for (const double z : {0.0, 1e300, -1e300, std::numeric_limits<double>::infinity()}) {
          CHECK(P::violation(x, P::decode(x, P::Latent(z, -z, gdm::draw_normal(rng)))) <= 1e-12);
        }
      }
    }
  }
}

namespace {

/// An instance of 9 channels of which those of `absent` are dead, and the instance of 5 without them.
struct WithAbsent {
  using Large = gdm::SumRate<9>;
  using Small = gdm::SumRate<5>;
  Large::Condition x;
  Small::Condition small;
  std::array<int, 5> place{};  ///< where the small instance's channels stand in the large one

  explicit WithAbsent(std::mt19937_64& rng) {
    x = Large::draw(rng);
    std::array<int, 9> order{0, 1, 2, 3, 4, 5, 6, 7, 8};
    std::shuffle(order.begin(), order.end(), rng);
    for (std::size_t k = 5; k < 9; ++k) x[order[k]] = k % 2 == 0 ? 0.0 : -0.0;
    std::sort(order.begin(), order.begin() + 5);
    for (std::size_t k = 0; k < 5; ++k) {
      if (k == 3) x[order[k]] *= 1e-3;  // a channel that gets nothing
      place[k] = order[k];
      small[static_cast<int>(k)] = x[order[k]];
    }
    small[5] = x[9];
  }
  /// Whether the channels that are present have the same bits, and the others `rest`.
  [[nodiscard]] bool same(const gdm::Vector<9>& of_large, const gdm::Vector<5>& of_small, double rest) const {
    gdm::Vector<9> expected = gdm::Vector<9>::Constant(rest);
    for (std::size_t k = 0; k < 5; ++k) expected[place[k]] = of_small[static_cast<int>(k)];
    return (of_large.array() == expected.array()).all();
  }
};

}  // namespace

TEST_CASE("an absent channel gets nothing, and the others the bits of the instance without it") {
  std::mt19937_64 rng(25);
  for (int repeat = 0; repeat < 2000; ++repeat) {
    const WithAbsent c(rng);
    using Large = WithAbsent::Large;
    using Small = WithAbsent::Small;
    CHECK_NOTHROW(Large::validate(c.x));
    const Small::Features f = Small::features(c.small);
    CHECK(c.same(
        Large::features(c.x), f,
        Large::features(c.x)[std::find_if(c.x.begin(), c.x.end(), [](double g) { return g == 0.0; }) - c.x.begin()]));
    CHECK(c.same(Large::optimal(c.x), Small::optimal(c.small), 0.0));
    CHECK(c.same(Large::equal_power(c.x), Small::equal_power(c.small), 0.0));
    Large::Latent z;
    Small::Latent z_small;
    for (double& element : z) element = 2.0 * gdm::draw_normal(rng);
    for (std::size_t k = 0; k < 5; ++k) z_small[static_cast<int>(k)] = z[c.place[k]];
    const Large::Solution y = Large::decode(c.x, z);
    const Small::Solution y_small = Small::decode(c.small, z_small);
    CHECK(c.same(y, y_small, 0.0));
    CHECK(c.same(Large::encode(c.x, y), Small::encode(c.small, y_small), 0.0));
    CHECK(std::abs(Large::objective(c.x, y) - Small::objective(c.small, y_small)) <= 1e-14);
    const Large::Solution projected = Large::project(c.x, z);
    CHECK(c.same(projected, Small::project(c.small, z_small), 0.0));
    CHECK(Large::violation(c.x, projected) <= 1e-12);
    CHECK((Large::project(c.x, projected).array() == projected.array()).all());
    const Large::Solution spread = Large::Solution::Constant(c.x[9] / 9);
    CHECK(std::abs(Large::violation(c.x, spread) - 1.0 / 9) <= 1e-15);  // power for an absent channel
  }
}

TEST_CASE("features of an instance whose channels are all present are the formula with M, bit for bit") {
  std::mt19937_64 rng(26);
  for (int repeat = 0; repeat < 500; ++repeat) {
    using P = gdm::SumRate<7>;
    auto x = P::draw(rng);
    x[repeat % 7] *= repeat % 3 == 0 ? 1e-2 : 1.0;
    P::Features a = (x.head<7>() * (x[7] / 7)).cwiseInverse();
    const double lowest = a.minCoeff();
    for (double& level : a) {
      level -= lowest;
      if (level > 8.0) level = std::min(8.0 + 8.0 * std::log(level / 8.0), 32.0);
    }
    const double mean = gdm::order_free_sum(a, 32.0) / 7;
    CHECK(((a.array() - mean) == P::features(x).array()).all());
    CHECK((P::decode(x, -P::features(x)) - P::optimal(x)).cwiseAbs().maxCoeff() <= (repeat % 3 == 0 ? 1.0 : 1e-14));
  }
}

TEST_CASE("refine is feasible, never worse, and done in one step") {
  std::mt19937_64 rng(27);
  using P = gdm::SumRate<6>;
  for (int repeat = 0; repeat < 5000; ++repeat) {
    auto x = P::draw(rng);
    if (repeat % 4 == 0) x[repeat % 6] = 0.0;
    P::Solution y;
    for (double& element : y) element = x[6] * gdm::draw_normal(rng);
    y = repeat % 10 == 0 ? P::optimal(x) : P::project(x, y);
    const P::Solution better = P::refine(x, y);
    CHECK(P::violation(x, better) <= 1e-12);
    CHECK(P::objective(x, better) >= P::objective(x, y));
    CHECK(P::objective(x, better) >= P::objective(x, P::optimal(x)));
    CHECK((P::refine(x, better).array() == better.array()).all());
  }
}

TEST_CASE("a senseless condition is refused with its index and value") {
  using P = gdm::MsrProblem;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(P::validate({1.0, nan, 1.0, 10.0}), doctest::Contains("element 1 is nan"), gdm::Error);
  CHECK_THROWS_WITH_AS(P::validate({1.0, 1.0, -2.0, 10.0}), doctest::Contains("gain g_3 (element 2) is -2"),
                       gdm::Error);
  CHECK_THROWS_WITH_AS(P::validate({1.0, 1.0, 1e101, 10.0}), doctest::Contains("g_3"), gdm::Error);
  CHECK_THROWS_WITH_AS(P::validate({0.0, 0.0, 0.0, 10.0}), doctest::Contains("the largest gain is 0"), gdm::Error);
  CHECK_THROWS_WITH_AS(P::validate({1.0, 1.0, 1.0, 0.0}), doctest::Contains("total power (element 3) is 0"),
                       gdm::Error);
  CHECK_THROWS_WITH_AS(P::validate({1.0, 1.0, 1.0, -1.0}), doctest::Contains("[GDM-R202]"), gdm::Error);
}
