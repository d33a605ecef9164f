// SPDX-License-Identifier: MIT
#include <gdm/problems/power_control/power_control.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>
#include <gdm/problem/check_problem.hpp>

namespace {

static_assert(gdm::Problem<gdm::PowerControl<2>> && gdm::Problem<gdm::PowerControl<20>>);
static_assert(std::is_same_v<gdm::PowerControl<10>::Resized<6>, gdm::PowerControl<6>>);

template <int K>
double plain_rate(const typename gdm::PowerControl<K>::Condition& x, const gdm::Vector<K>& p) {
  double sum = 0.0;
  for (int i = 0; i < K; ++i) {
    double noise = 1.0;
    for (int j = 0; j < K; ++j) noise += j == i ? 0.0 : x[K * i + j] * p[j];
    sum += x[K * K + i] * std::log2(1.0 + x[K * i + i] * p[i] / noise);
  }
  return sum;
}

template <class P>
typename P::Condition drawn(std::uint32_t number) {
  gdm::RandomStream rng(77, number);
  auto x = P::draw(rng);
  // Other limits than 1 W in every other instance.
  for (auto k = x.size() - P::Solution::RowsAtCompileTime; number % 2 == 1 && k < x.size(); ++k)
    x[k] = rng.uniform(0.1, 3.0);
  return x;
}

}  // namespace

TEST_CASE("check_problem finds nothing for any number of links and any draw") {
  const gdm::CheckOptions options{.instances = 10, .points = 200};
  CHECK(gdm::check_problem<gdm::PowerControl<1>>(options).text() == "");
  CHECK(gdm::check_problem<gdm::PowerControl<2>>(options).text() == "");
  CHECK(gdm::check_problem<gdm::PowerControl<6, gdm::WeightedRayleighLinks>>(options).text() == "");
  // Links 60 dB above the noise: the ascent ends a little farther from the top.
  gdm::CheckOptions loose = options;
  loose.tolerance = 1e-5;
  CHECK(gdm::check_problem<gdm::PowerControl<5, gdm::DeviceToDeviceLinks<>>>(loose).text() == "");
}

TEST_CASE("the objective is the plain formula in bit/s/Hz") {
  using P = gdm::PowerControl<9>;
  for (std::uint32_t n = 0; n < 50; ++n) {
    const auto x = drawn<P>(n);
    gdm::RandomStream rng(1, n);
    P::Solution p;
    for (int i = 0; i < 9; ++i) p[i] = rng.uniform() * x[81 + 9 + i];
    CHECK(P::objective(x, p) == doctest::Approx(plain_rate<9>(x, p)).epsilon(1e-13));
    CHECK(P::objective(x, p) <= P::bound(x));
  }
}

TEST_CASE("two links of equal weight: the best known is the best corner, and the bound is the optimum") {
  using P = gdm::PowerControl<2>;
  for (std::uint32_t n = 0; n < 500; ++n) {
    const auto x = drawn<P>(n);
    double corner = 0.0;
    for (const auto& [a, b] : {std::pair{1.0, 1.0}, {1.0, 0.0}, {0.0, 1.0}})
      corner = std::max(corner, plain_rate<2>(x, {a * x[6], b * x[7]}));
    CHECK(P::objective(x, P::optimal(x)) == doctest::Approx(corner).epsilon(1e-9));
    CHECK(P::bound(x) == doctest::Approx(corner).epsilon(1e-12));
  }
}

TEST_CASE("the bound with an incumbent is valid and close to the optimum for a few links") {
  using P = gdm::PowerControl<5>;
  for (std::uint32_t n = 0; n < 20; ++n) {
    const auto x = drawn<P>(n);
    const double best = P::objective(x, P::optimal(x));
    CHECK(P::bound(x, best) >= best);
    CHECK(P::bound(x, best) <= best * (1.0 + 1.1e-4));
    CHECK(P::bound(x, best) <= P::bound(x));
  }
}

TEST_CASE("refine never lowers the rate, keeps the limits, and is at least a step of WMMSE") {
  const auto check = [](auto problem, std::uint32_t instances) {
    using P = decltype(problem);
    for (std::uint32_t n = 0; n < instances; ++n) {
      const auto x = drawn<P>(n);
      gdm::RandomStream rng(2, n);
      for (int repeat = 0; repeat < 10; ++repeat) {
        typename P::Latent z;
        for (double& share : z) share = 1.5 * rng.normal();
        const typename P::Solution y = P::decode(x, z);
        const typename P::Solution better = P::refine(x, y);
        const double rate = P::objective(x, y);
        CHECK(P::violation(x, better) <= 1e-12);
        CHECK(P::objective(x, better) >= rate * (1.0 - 1e-13));
        const typename P::Context channel(x);
        const double step = channel.rate(gdm::WmmseStep(channel, channel.shares(y)).shares);
        CHECK(step >= rate * (1.0 - 1e-12));
        CHECK(P::objective(x, better) >= step * (1.0 - 1e-12));
      }
    }
  };
  check(gdm::PowerControl<3>{}, 100);
  check(gdm::PowerControl<10, gdm::WeightedRayleighLinks>{}, 200);
  check(gdm::PowerControl<20>{}, 50);
  check(gdm::PowerControl<7, gdm::DeviceToDeviceLinks<>>{}, 50);
}

TEST_CASE("latents decode to feasible powers, corners exactly") {
  using P = gdm::PowerControl<6>;
  const auto x = drawn<P>(1);
  const double huge = 1e300, infinity = std::numeric_limits<double>::infinity();
  for (const double z : {0.0, 1.0, -1.0, 0.89, huge, -huge, infinity, -infinity}) {
    P::Latent latent = P::Latent::Constant(z);
    latent[3] = 0.2;
    const P::Solution p = P::decode(x, latent);
    CHECK(P::violation(x, p) <= 1e-12);
  }
  P::Latent corner;
  corner << -1, 1, -1, 1, 1, -1;
  const P::Solution p = P::decode(x, corner);
  for (int i = 0; i < 6; ++i) CHECK(p[i] == (corner[i] > 0 ? x[42 + i] : 0.0));
  CHECK((P::encode(x, p) - corner).cwiseAbs().maxCoeff() == 0.0);
  CHECK(P::decode(x, P::Latent::Constant(-1.0)).maxCoeff() > 0.0);
}

TEST_CASE("permuted links have permuted features, bit for bit, and permuted answers") {
  using P = gdm::PowerControl<7, gdm::WeightedRayleighLinks>;
  for (std::uint32_t n = 0; n < 20; ++n) {
    const auto x = drawn<P>(n);
    P::Condition turned;
    const auto to = [](int i) { return (i * 3 + 2) % 7; };
    for (int i = 0; i < 7; ++i) {
      for (int j = 0; j < 7; ++j) turned[7 * to(i) + to(j)] = x[7 * i + j];
      turned[49 + to(i)] = x[49 + i];
      turned[56 + to(i)] = x[56 + i];
    }
    const auto f = P::features(x), g = P::features(turned);
    const auto pairs = P::pair_features(x), turned_pairs = P::pair_features(turned);
    for (int i = 0; i < 7; ++i) {
      for (int k = 0; k < 8; ++k) CHECK(f[8 * i + k] == g[8 * to(i) + k]);
      for (int j = 0; j < 7; ++j)
        for (int k = 0; k < 9; ++k) CHECK(pairs[(7 * i + j) * 9 + k] == turned_pairs[(7 * to(i) + to(j)) * 9 + k]);
    }
    CHECK(P::objective(turned, P::optimal(turned)) == doctest::Approx(P::objective(x, P::optimal(x))).epsilon(1e-6));
  }
}

TEST_CASE("absent links change nothing for those present, in features, pairs and answers, bit for bit") {
  using Small = gdm::PowerControl<5>;
  using Large = gdm::PowerControl<18>;
  for (std::uint32_t n = 0; n < 20; ++n) {
    const auto x = drawn<Small>(n);
    Large::Condition padded;  // gains of absent links to and from others are whatever they are
    gdm::RandomStream rng(3, n);
    for (double& number : padded) number = rng.uniform();
    const auto to = [](int i) { return 3 * i + 1; };
    for (int k = 0; k < 18; ++k) padded[(k % 2 == 0 ? 19 * k : 18 * 18 + (k % 4 == 1 ? 0 : 18) + k)] = 0.0;
    for (int k = 0; k < 18; ++k)
      if (k % 3 == 1 && k < 15) padded[19 * k] = padded[18 * 18 + k] = padded[18 * 19 + k] = 1.0;
    for (int i = 0; i < 5; ++i) {
      for (int j = 0; j < 5; ++j) padded[18 * to(i) + to(j)] = x[5 * i + j];
      padded[324 + to(i)] = x[25 + i];
      padded[342 + to(i)] = x[30 + i];
    }
    CHECK_NOTHROW(Large::validate(padded));
    Small::Latent z;
    Large::Latent wide = Large::Latent::Zero();
    for (int i = 0; i < 5; ++i) wide[to(i)] = z[i] = rng.normal();
    const auto f = Small::features(x);
    const auto g = Large::features(padded);
    const auto pairs = Small::pair_features(x);
    const auto wide_pairs = Large::pair_features(padded);
    const auto y = Small::decode(x, z), best = Small::optimal(x), refined = Small::refine(x, y);
    const auto v = Large::decode(padded, wide), wide_best = Large::optimal(padded),
               wide_refined = Large::refine(padded, v);
    int present = 0;
    for (int k = 0; k < 18; ++k) {
      if (Large::present(padded, k)) {
        ++present;
        continue;
      }
      CHECK(v[k] == 0.0);
      CHECK(wide_best[k] == 0.0);
      CHECK(Large::project(padded, Large::Solution::Ones())[k] == 0.0);
      CHECK(g.segment<8>(8 * k).isZero(0.0));
    }
    CHECK(present == 5);
    for (int i = 0; i < 5; ++i) {
      for (int k = 0; k < 8; ++k) CHECK(f[8 * i + k] == g[8 * to(i) + k]);
      for (int j = 0; j < 5; ++j)
        for (int k = 0; k < 9; ++k) CHECK(pairs[(5 * i + j) * 9 + k] == wide_pairs[(18 * to(i) + to(j)) * 9 + k]);
      CHECK(y[i] == v[to(i)]);
      CHECK(best[i] == wide_best[to(i)]);
      CHECK(refined[i] == wide_refined[to(i)]);
    }
  }
}

TEST_CASE("the mean rate of WMMSE from full power is the published one: 2.82 bit at K = 10 and noise 1") {
  using P = gdm::PowerControl<10, gdm::UnitNoiseRayleighLinks>;
  constexpr int n = 4000;
  double sum = 0.0, squares = 0.0;
  for (std::uint32_t i = 0; i < n; ++i) {
    gdm::RandomStream rng(11, i);
    const P::Context channel(P::draw(rng));
    const double rate = channel.rate(gdm::wmmse(channel, gdm::full_power(channel), {.steps = 100, .tolerance = 0.0}));
    sum += rate;
    squares += rate * rate;
  }
  const double mean = sum / n;
  const double error = std::sqrt((squares / n - mean * mean) / n);
  CAPTURE(mean);
  CAPTURE(error);
  // Three standard errors, 99.7 % confidence, and the two decimals of the figure; that paper's own sample has an error, too.
  CHECK(std::abs(mean - 2.82) <= 3.0 * error + 0.005);
}

TEST_CASE("senseless conditions are refused with index and value") {
  using P = gdm::PowerControl<3>;
  const auto good = drawn<P>(4);
  CHECK_NOTHROW(P::validate(good));
  const auto refused = [&](int index, double value, const char* text) {
    auto x = good;
    x[index] = value;
    CHECK_THROWS_WITH_AS(P::validate(x), doctest::Contains(text), gdm::Error);
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  refused(2, nan, "element 2 is nan");
  refused(5, -1.0, "the gain from transmitter 3 to receiver 2 (element 5) is -1");
  refused(10, -0.5, "the weight of link 2 (element 10) is -0.5");
  refused(14, -2.0, "the power limit of link 3 (element 14) is -2");
  refused(14, 1e31, "[GDM-R202]");
  for (const int first : {9, 12}) {
    auto x = good;
    x.segment<3>(first).setZero();
    CHECK_THROWS_WITH_AS(P::validate(x), doctest::Contains("no link has a gain"), gdm::Error);
  }
  auto x = good;
  x.head<9>().setZero();
  CHECK_THROWS_WITH_AS(P::validate(x), doctest::Contains("[GDM-R202]"), gdm::Error);
}

TEST_CASE("extreme gains, weights and limits give finite numbers and feasible answers") {
  using P = gdm::PowerControl<4>;
  for (std::uint32_t n = 0; n < 400; ++n) {
    gdm::RandomStream rng(5, n);
    P::Condition x;
    constexpr double extremes[] = {0.0, 1e-30, 1e-13, 1.0, 1e13, 1e30};
    const std::uint32_t kinds = n % 2 == 0 ? 6 : 5;
    for (double& number : x) number = extremes[rng.below(kinds)];
    bool any = false;
    for (int i = 0; i < 4; ++i) any = any || P::present(x, i);
    if (!any) continue;
    CAPTURE(x.transpose());
    CHECK_NOTHROW(P::validate(x));
    const auto channel = P::context(x);
    CHECK(P::features(x).allFinite());
    CHECK(P::pair_features(x).allFinite());
    CHECK(std::isfinite(P::bound(x)));
    P::Latent z;
    for (double& share : z) share = rng.normal();
    P::Solution y = P::decode(x, z);
    for (int k = 0; k < 3; ++k) {
      const P::Solution next = P::refine(x, y);
      CHECK(P::objective(x, next) >= P::objective(x, y));
      y = next;
    }
    for (const P::Solution& p : {y, P::optimal(x), P::baseline(x), channel.powers(gdm::fplinq(channel))}) {
      CHECK(P::violation(x, p) <= 1e-12);
      CHECK(std::isfinite(P::objective(x, p)));
      CHECK(P::objective(x, p) <= P::bound(x) * (1.0 + 1e-9));
    }
  }
}
