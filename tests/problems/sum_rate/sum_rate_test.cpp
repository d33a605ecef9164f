// SPDX-License-Identifier: MIT
#include <gdm/problems/sum_rate/sum_rate.hpp>

#include <algorithm>
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
  CHECK(P::objective(x, P::baseline(x)) <= P::objective(x, y) * (1.0 + 1e-14));
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
        CHECK(P::objective(x, P::baseline(x)) <= P::objective(x, y) * (1.0 + 1e-12));
        for (const double z : {0.0, 1e300, -1e300, std::numeric_limits<double>::infinity()}) {
          CHECK(P::violation(x, P::decode(x, P::Latent(z, -z, gdm::draw_normal(rng)))) <= 1e-12);
        }
      }
    }
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
