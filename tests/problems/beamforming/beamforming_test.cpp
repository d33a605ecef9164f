// SPDX-License-Identifier: MIT
#include <gdm/problems/beamforming/beamforming.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>
#include <gdm/problem/check_problem.hpp>
#include "../../near.hpp"
#include "cells.hpp"

namespace {

static_assert(gdm::Problem<gdm::Beamforming<8, 8>> && gdm::Problem<gdm::Beamforming<2, 4>>);
static_assert(std::is_same_v<gdm::Beamforming<8, 8>::Resized<12>, gdm::Beamforming<8, 12>>);
static_assert(gdm::Beamforming<4, 8>::Condition::RowsAtCompileTime == 73);

/// Two users on orthogonal channels of unit gain, 1 W each; third and fourth user absent.
gdm::Beamforming<2, 4>::Condition orthogonal() {
  gdm::Beamforming<2, 4>::Condition x = gdm::Beamforming<2, 4>::Condition::Zero();
  x[0] = 1.0;
  x[6] = 1.0;
  x.segment<4>(16).setOnes();
  x[20] = 2.0;
  return x;
}

template <class P>
bool sound_answer(const typename P::Condition& x, const typename P::Solution& y) {
  return P::violation(x, y) <= 1e-9 && std::isfinite(P::objective(x, y)) && P::objective(x, y) >= 0.0;
}

}  // namespace

TEST_CASE("the rate is that of plain complex matrices, also for beams of those absent") {
  using P = gdm::Beamforming<3, 5, gdm::RandomlyPresent<gdm::RandomWeights<>>>;
  gdm::RandomStream random(1);
  for (int i = 0; i < 300; ++i) {
    const P::Condition x = P::draw(random);
    P::Solution y;
    for (double& part : y) part = random.normal();
    CHECK(near(P::objective(x, y), gdm_test::PlainCell<3, 5>(x).rate(y), 0.0, 1e-13));
    CHECK(P::objective(x, y, P::context(x)) == P::objective(x, y));
  }
  gdm::Beamforming<2, 4>::Solution w = gdm::Beamforming<2, 4>::Solution::Zero();
  w[0] = 1.0;
  w[6] = 1.0;
  CHECK(near(gdm::Beamforming<2, 4>::objective(orthogonal(), w), 2.0, 1e-12, 0.0));  // 2 log2(1 + 1)
}

TEST_CASE_TEMPLATE(
    "the problem has the properties that are asked of it", P, gdm::Beamforming<4, 4>, gdm::Beamforming<2, 4>,
    gdm::Beamforming<1, 1>, gdm::Beamforming<6, 3>,
    gdm::Beamforming<3, 5, gdm::RandomlyPresent<gdm::RandomWeights<gdm::RandomPower<gdm::Shadowed<>>>>>) {
  const auto check = gdm::check_problem<P>({.instances = 20, .points = 200});
  CAPTURE(check.text());
  CHECK(check.passed());
}

TEST_CASE_TEMPLATE("refine never worsens and stays feasible, from any feasible beams", P, gdm::Beamforming<4, 4>,
                   gdm::Beamforming<2, 6>, gdm::Beamforming<5, 3, gdm::RandomWeights<gdm::Shadowed<>>>,
                   gdm::Beamforming<3, 5, gdm::RandomlyPresent<>>) {
  gdm::RandomStream random(2);
  int better = 0;
  for (int i = 0; i < 500; ++i) {
    const auto x = P::draw(random);
    typename P::Solution y = gdm_test::random_beams<P>(x, random);
    if (i % 10 == 0) y.setZero();
    for (int step = 0; step < 4; ++step) {
      const typename P::Solution next = P::refine(x, y);
      CHECK(P::objective(x, next) >= P::objective(x, y));
      CHECK(P::violation(x, next) <= 1e-12);
      better += P::objective(x, next) > P::objective(x, y) ? 1 : 0;
      y = next;
    }
  }
  CHECK(better > 1500);
}

TEST_CASE("powers and prices rebuild the best known beams") {
  gdm::RandomStream random(3);
  for (int i = 0; i < 40; ++i) {
    using P = gdm::Beamforming<4, 8>;
    const P::Condition x = P::draw(random);
    const P::Solution y = P::optimal(x);
    const P::Solution again = P::decode(x, P::encode(x, y));
    CHECK(near(P::objective(x, again), P::objective(x, y), 0.0, 1e-9));
    // The same up to the phases of the users.
    const auto w = gdm_test::complex_columns(y, 4, 8), v = gdm_test::complex_columns(again, 4, 8);
    for (int k = 0; k < 8; ++k)
      CHECK(std::abs(std::abs(w.col(k).dot(v.col(k))) - w.col(k).squaredNorm()) <= 1e-5 * x[72]);
  }
}

TEST_CASE("the best known is above WMMSE, the baseline and twenty random starts") {
  gdm::RandomStream random(4);
  using P = gdm::Beamforming<4, 6>;
  double best = 0, once = 0, cheap = 0, twenty = 0;
  for (int i = 0; i < 60; ++i) {
    const P::Condition x = P::draw(random);
    const gdm::Channels<4, 6> cell(x);
    const double unit = 1.0 / std::log(2.0);
    double most = 0;
    for (int start = 0; start < 20; ++start)
      most = std::max(most, gdm::wmmse(cell, gdm::random_beams(cell, random), {.tolerance = 1e-8}).rate * unit);
    best += P::objective(x, P::optimal(x));
    once += gdm::wmmse(cell, gdm::rzf(cell)).rate * unit;
    cheap += P::objective(x, P::baseline(x));
    twenty += most;
  }
  CHECK(best >= twenty * (1.0 - 1e-4));
  CHECK(cheap >= 0.95 * best);
  CHECK(once >= 0.95 * best);
  CHECK(best > once);
  CHECK(best > cheap);
}

TEST_CASE("any latent decodes to a feasible answer") {
  gdm::RandomStream random(5);
  using P = gdm::Beamforming<3, 5, gdm::RandomlyPresent<>>;
  const double inf = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 300; ++i) {
    const P::Condition x = P::draw(random);
    P::Latent z;
    for (double& number : z) number = random.normal() * std::pow(10.0, random.uniform(-2.0, 308.0));
    CHECK(sound_answer<P>(x, P::decode(x, z)));
    for (const double all : {0.0, -1.7, -1e300, 1e300, inf, -inf, std::nan("")})
      CHECK(sound_answer<P>(x, P::decode(x, P::Latent::Constant(all))));
    CHECK(P::decode(x, z) == P::decode(x, z, P::context(x)));
  }
}

TEST_CASE("permuted users have permuted answers, bit for bit") {
  gdm::RandomStream random(6);
  using P = gdm::Beamforming<4, 6, gdm::RandomWeights<>>;
  const std::array<int, 6> order{3, 5, 0, 1, 4, 2};
  const auto turned = [&](const P::Solution& y) {
    P::Solution result;
    for (int k = 0; k < 6; ++k) result.segment<8>(8 * k) = y.segment<8>(8 * order[std::size_t(k)]);
    return result;
  };
  for (int i = 0; i < 20; ++i) {
    const P::Condition x = P::draw(random), v = gdm_test::permuted<4, 6>(x, order);
    const P::Solution y = gdm_test::random_beams<P>(x, random);
    CHECK(P::objective(v, turned(y)) == P::objective(x, y));
    CHECK(P::baseline(v) == turned(P::baseline(x)));
    CHECK(P::optimal(v) == turned(P::optimal(x)));
    CHECK(P::refine(v, turned(y)) == turned(P::refine(x, y)));
    CHECK(P::bound(v) == P::bound(x));
  }
}

TEST_CASE("those absent get nothing, and the others what a cell without them would") {
  gdm::RandomStream random(7);
  using Large = gdm::Beamforming<4, 9>;
  using Small = gdm::Beamforming<4, 5>;
  const std::array<int, 5> at{7, 2, 8, 0, 5};
  for (int i = 0; i < 30; ++i) {
    const Small::Condition x = Small::draw(random);
    Large::Condition padded = Large::Condition::Zero();
    padded.segment<9>(72).setOnes();
    Large::Latent z = Large::Latent::Constant(3.0);
    Small::Latent s;
    for (double& number : s) number = random.normal();
    for (int k = 0; k < 5; ++k) {
      padded.segment<8>(8 * at[std::size_t(k)]) = x.segment<8>(8 * k);
      z.segment<2>(2 * at[std::size_t(k)]) = s.segment<2>(2 * k);
    }
    padded[3 * 8] = 0.0;
    padded[81] = x[45];
    const auto same = [&](const Large::Solution& a, const Small::Solution& b) {
      double inside = 0;
      for (int k = 0; k < 5; ++k) {
        CHECK((a.segment<8>(8 * at[std::size_t(k)]) - b.segment<8>(8 * k)).cwiseAbs().maxCoeff() <= 1e-12);
        inside += a.segment<8>(8 * at[std::size_t(k)]).squaredNorm();
      }
      CHECK(near(inside, a.squaredNorm(), 0.0, 1e-15));
      CHECK(near(Large::objective(padded, a), Small::objective(x, b), 0.0, 1e-12));
    };
    same(Large::decode(padded, z), Small::decode(x, s));
    same(Large::baseline(padded), Small::baseline(x));
    same(Large::optimal(padded), Small::optimal(x));
    same(Large::refine(padded, Large::baseline(padded)), Small::refine(x, Small::baseline(x)));
    CHECK(near(Large::bound(padded), Small::bound(x), 0.0, 1e-12));
    CHECK(!Large::present(padded, 3));
    CHECK(Large::present(padded, 7));
    CHECK(Large::project(padded, Large::Solution::Ones()).segment<8>(8 * 3).isZero(0.0));
    CHECK(Large::violation(padded, Large::Solution(1e-3 * Large::Solution::Ones())) > 1e-3);
  }
}

TEST_CASE("a senseless condition is refused with its index and value") {
  using P = gdm::Beamforming<2, 4>;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto refused = [](int element, double value, const char* message) {
    P::Condition x = orthogonal();
    x[element] = value;
    CHECK_THROWS_WITH_AS(P::validate(x), doctest::Contains(message), gdm::Error);
  };
  CHECK_NOTHROW(P::validate(orthogonal()));
  refused(5, nan, "element 5 is nan");
  refused(5, 1e31, "channel of user 2, antenna 1 (element 5) is 1e+31");
  refused(17, -1.0, "weight a_2 (element 17) is -1");
  refused(20, 0.0, "total power (element 20) is 0");
  refused(20, -3.0, "total power (element 20) is -3");
  P::Condition x = orthogonal();
  x.head<16>().setZero();
  CHECK_THROWS_WITH_AS(P::validate(x), doctest::Contains("no user has both"), gdm::Error);
  x = orthogonal();
  x.segment<4>(16).setZero();
  CHECK_THROWS_WITH_AS(P::validate(x), doctest::Contains("[GDM-R202]"), gdm::Error);
}

TEST_CASE("weak, strong, parallel and lone channels are answered feasibly, and WMMSE ends") {
  gdm::RandomStream random(8);
  using P = gdm::Beamforming<3, 4, gdm::RandomWeights<>>;
  for (const double scale : {1e-29, 1e-13, 1e-6, 1.0, 1e6, 1e13, 1e29})
    for (const double power : {1e-30, 1e-3, 1e3, 1e30})
      for (int kind = 0; kind < 5; ++kind) {
        P::Condition x = P::draw(random);
        x.head<24>() *= scale;
        if (kind == 1) x.segment<6>(6) = x.segment<6>(12);
        if (kind == 2)
          for (int k = 1; k < 4; ++k) x.segment<6>(6 * k) = x.segment<6>(0);
        if (kind == 3) x.segment<6>(6) *= 1e13 / scale;
        if (kind == 4) x.segment<18>(6).setZero();
        x[28] = power;
        CAPTURE(scale);
        CAPTURE(power);
        CAPTURE(kind);
        bool refused = false;
        try {
          P::validate(x);
        } catch (const gdm::Error&) {
          refused = true;
        }
        if (refused) continue;
        CHECK(sound_answer<P>(x, P::baseline(x)));
        CHECK(sound_answer<P>(x, P::optimal(x)));
        CHECK(sound_answer<P>(x, P::refine(x, P::baseline(x))));
        CHECK(sound_answer<P>(x, P::refine(x, P::Solution(P::Solution::Zero()))));
        const P::Latent z = P::encode(x, P::baseline(x));
        CHECK(z.allFinite());
        CHECK(sound_answer<P>(x, P::decode(x, z)));
        CHECK(P::encode(x, P::Solution(P::Solution::Zero())).allFinite());
        CHECK(P::features(x).allFinite());
        CHECK(P::pair_features(x).allFinite());
        CHECK(std::isfinite(P::bound(x)));
      }
}
