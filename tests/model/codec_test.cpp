// SPDX-License-Identifier: MIT
#include <gdm/model/codec.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "../near.hpp"

namespace {

/// Three exchangeable sites with two features and one latent number each, one global feature and two global latents.
struct Sites {
  using Condition = gdm::Vector<7>;
  using Solution = gdm::Vector<5>;
  static constexpr gdm::Sense sense = gdm::Sense::minimize;
  static constexpr gdm::TokenLayout tokens{
      .count = 3, .features = 2, .global_features = 1, .latents = 1, .global_latents = 2};
  static double objective(const Condition&, const Solution& y) { return y.squaredNorm(); }
  static Solution project(const Condition&, const Solution& y) { return y; }
  static double violation(const Condition&, const Solution&) { return 0; }
};
static_assert(gdm::Problem<Sites>);

/// The same numbers without tokens.
struct Flat : Sites {
  struct tokens;  // hides the layout: no value of that name
};
static_assert(gdm::Problem<Flat> && !gdm::ProblemTraits<Flat>::has_tokens);

/// Counts how often what features, encode and decode share is computed.
struct Sharing : Sites {
  struct Context {
    double middle = 0.0;
  };
  using Features = gdm::Vector<7>;
  using Latent = gdm::Vector<5>;
  static inline int computed = 0;
  static Context context(const Condition& x) {
    ++computed;
    return {x.mean()};
  }
  static Features features(const Condition& x) { return features(x, context(x)); }
  static Features features(const Condition& x, const Context& shared) { return x.array() - shared.middle; }
  static Latent encode(const Condition& x, const Solution& y) { return encode(x, y, context(x)); }
  static Latent encode(const Condition&, const Solution& y, const Context& shared) { return y.array() - shared.middle; }
  static Solution decode(const Condition& x, const Latent& z) { return decode(x, z, context(x)); }
  static Solution decode(const Condition&, const Latent& z, const Context& shared) { return z.array() + shared.middle; }
};
static_assert(gdm::Problem<Sharing>);

template <class P>
using Row = std::pair<typename P::Condition, typename P::Solution>;

std::vector<Row<Sites>> rows(std::size_t n, std::uint64_t seed = 1) {
  gdm::RandomStream random(seed);
  std::vector<Row<Sites>> all;
  for (std::size_t j = 0; j < n; ++j) {
    Row<Sites> row;
    for (double& v : row.first) v = random.uniform(-1, 3);
    for (double& v : row.second) v = 5 + 0.01 * random.normal();
    row.first[6] = 42;  // a constant column
    all.push_back(row);
  }
  return all;
}

template <class P, bool Tied>
gdm::Codec<P, Tied> fitted(const std::vector<Row<P>>& data) {
  gdm::CodecStatistics statistics;
  for (const auto& [x, y] : data) gdm::Codec<P, Tied>::gather(x, y, statistics);
  return gdm::Codec<P, Tied>(statistics);
}

/// Mean and deviation in two passes, the second oracle.
std::pair<double, double> two_pass(const std::vector<double>& values) {
  long double sum = 0, square = 0;
  for (const double v : values) sum += v;
  const long double mean = sum / static_cast<long double>(values.size());
  for (const double v : values) square += (v - mean) * (v - mean);
  return {static_cast<double>(mean), static_cast<double>(std::sqrt(square / static_cast<long double>(values.size())))};
}

gdm::Standardisation<1> statistics_of(const std::vector<double>& values) {
  gdm::GroupStatistics statistics;
  for (const double v : values) statistics.add<1>(gdm::Vector<1>(v), {});
  return statistics.standardisation<1>({});
}

}  // namespace

TEST_CASE("one pass gives the mean and deviation of two, also around a large mean and in tiny units") {
  for (const auto& law : {std::pair(0.0, 1.0), std::pair(1e8, 1.0), std::pair(-3e-13, 1e-13), std::pair(5e5, 1e-2)}) {
    const double centre = law.first, spread = law.second;
    gdm::RandomStream random(3);
    std::vector<double> values;
    for (int i = 0; i < 5000; ++i) values.push_back(centre + spread * random.normal());
    const auto [mean, deviation] = two_pass(values);
    const auto s = statistics_of(values);
    CAPTURE(centre);
    CHECK(near(s.mean[0], mean, 1e-15 * spread, 1e-13));
    CHECK(near(s.deviation[0], deviation, 0, 1e-7));
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    CHECK(near(s.lowest[0], (*low - mean) / deviation, 1e-6, 1e-7));
    CHECK(near(s.highest[0], (*high - mean) / deviation, 1e-6, 1e-7));
  }
}

TEST_CASE("a constant column is not divided by zero") {
  for (const double constant : {0.0, 42.0, -1e-300, 1e12, 0.1}) {
    const auto s = statistics_of(std::vector<double>(1001, constant));
    CAPTURE(constant);
    CHECK(near(s.mean[0], constant, 0, 1e-15));
    CHECK(s.deviation[0] == 1);
    CHECK(near(s.lowest[0], 0, 1e-12 * std::abs(constant), 0));
    CHECK(near(s.highest[0], 0, 1e-12 * std::abs(constant), 0));
  }
  const auto one_row = statistics_of({7});
  CHECK(one_row.mean[0] == 7);
  CHECK(one_row.deviation[0] == 1);
}

TEST_CASE("rows of different tokens share their statistics when tied, and only then") {
  const auto data = rows(200);
  const auto tied = fitted<Sites, true>(data);
  const auto own = fitted<Sites, false>(data);
  std::vector<double> first, second, latents;
  for (const auto& [x, y] : data) {
    for (const int token : {0, 1, 2}) {
      first.push_back(x[2 * token]);
      second.push_back(x[2 * token + 1]);
      latents.push_back(y[token]);
    }
  }
  for (const int token : {0, 1, 2}) {
    CHECK(near(tied.features.mean[2 * token], two_pass(first).first, 0, 1e-13));
    CHECK(near(tied.features.deviation[2 * token], two_pass(first).second, 0, 1e-13));
    CHECK(near(tied.features.mean[2 * token + 1], two_pass(second).first, 0, 1e-13));
    CHECK(near(tied.latents.deviation[token], two_pass(latents).second, 0, 1e-9));
  }
  CHECK(tied.features.mean[6] == 42);
  CHECK(tied.features.deviation[6] == 1);
  CHECK(own.features.mean[0] < own.features.mean[2] - 0.5);  // in rising order of the first feature
  CHECK(own.features.mean[2] < own.features.mean[4] - 0.5);
  CHECK(near(own.latents.mean[3], tied.latents.mean[3], 0, 1e-15));  // global numbers are nobody else's
  CHECK(near(own.latents.deviation[4], tied.latents.deviation[4], 0, 1e-15));
}

TEST_CASE("the canonical order sorts the tokens by their features and leaves global numbers in place") {
  using Codec = gdm::Codec<Sites, false>;
  Sites::Condition x;
  x << 2, 0, 1, 5, 1, 4, 42;
  Codec::Encoded encoded;
  const auto f = Codec::ordered_features(x, encoded);
  CHECK(encoded.order == Codec::Order{2, 1, 0});
  Sites::Condition expected;
  expected << 1, 4, 1, 5, 2, 0, 42;
  CHECK(f == expected);
  Sites::Solution y;
  y << 10, 11, 12, 13, 14;
  Sites::Solution sorted;
  sorted << 12, 11, 10, 13, 14;
  CHECK(Codec::ordered_latent(x, y, encoded) == sorted);
}

TEST_CASE_TEMPLATE("a standardised label is decoded to itself", S, float, double) {
  const double tolerance = std::is_same_v<S, float> ? 1e-6 : 1e-15;
  const auto data = rows(100);
  const auto check = [&](const auto& codec) {
    for (const auto& [x, y] : data) {
      std::vector<S> features(7), latents(5);
      const auto encoded = codec.encode_condition(x, features.data());
      codec.encode_solution(x, y, encoded, latents.data());
      CHECK((codec.decode(x, encoded, latents.data()) - y).cwiseAbs().maxCoeff() <= tolerance * 6);
      for (std::size_t i = 0; i < 5; ++i) {
        const auto row = static_cast<Eigen::Index>(i);
        CHECK(static_cast<double>(latents[i]) >= codec.latents.lowest[row] - 1e-5);
        CHECK(static_cast<double>(latents[i]) <= codec.latents.highest[row] + 1e-5);
      }
      CHECK(features[6] == S(0));
    }
  };
  check(fitted<Sites, false>(data));
  check(fitted<Sites, true>(data));
  check(fitted<Flat, false>({data.begin(), data.end()}));
}

TEST_CASE("what the network reads has mean 0 and deviation 1 on the training rows, in any units") {
  auto data = rows(300);
  for (auto& [x, y] : data) {
    x[0] *= 1e-15;  // a noise power in watt, say
    x[1] *= 1e15;
    y *= 1e-12;
  }
  const auto codec = fitted<Flat, false>({data.begin(), data.end()});
  std::vector<std::vector<double>> features(7), latents(5);
  for (const auto& [x, y] : data) {
    std::vector<double> f(7), z(5);
    const auto encoded = codec.encode_condition(x, f.data());
    codec.encode_solution(x, y, encoded, z.data());
    for (std::size_t i = 0; i < 7; ++i) features[i].push_back(f[i]);
    for (std::size_t i = 0; i < 5; ++i) latents[i].push_back(z[i]);
  }
  for (std::size_t i = 0; i < 6; ++i) {
    CAPTURE(i);
    CHECK(near(two_pass(features[i]).first, 0, 1e-12, 0));
    CHECK(near(two_pass(features[i]).second, 1, 1e-12, 0));
  }
  for (const auto& column : latents) CHECK(near(two_pass(column).second, 1, 1e-9, 0));
}

TEST_CASE("defect 5 of the reference: statistics are those of the rows given, and of no other") {
  const auto all = rows(1000);
  const std::vector<Row<Sites>> train(all.begin(), all.begin() + 700);
  std::vector<double> values;
  for (const auto& [x, y] : train) values.push_back(y[3]);
  const auto codec = fitted<Sites, false>(train);
  CHECK(near(codec.latents.mean[3], two_pass(values).first, 0, 1e-14));
  CHECK(near(codec.latents.deviation[3], two_pass(values).second, 0, 1e-9));
  CHECK(codec.latents.mean[3] != fitted<Sites, false>(all).latents.mean[3]);
}

TEST_CASE("what features, encode and decode share is computed once a condition") {
  std::vector<Row<Sharing>> data;
  for (const Row<Sites>& row : rows(40)) data.emplace_back(row.first, row.second);
  const auto codec = fitted<Sharing, false>(data);
  for (const auto& [x, y] : data) {
    std::vector<double> f(7), z(5);
    Sharing::computed = 0;
    const auto encoded = codec.encode_condition(x, f.data());
    codec.encode_solution(x, y, encoded, z.data());
    for (int sample = 0; sample < 3; ++sample)
      CHECK((codec.decode(x, encoded, z.data()) - y).cwiseAbs().maxCoeff() <= 1e-12);
    CHECK(Sharing::computed == 1);
    CHECK(encoded.context.middle == Sharing::context(x).middle);
  }
}

TEST_CASE("permuted conditions give permuted solutions bit for bit, whatever stands in the latent") {
  const auto check = []<bool Tied>(std::bool_constant<Tied>) {
    using P = gdm::SumRate<5>;
    using Codec = gdm::Codec<P, Tied>;
    gdm::RandomStream random(9);
    std::vector<Row<P>> data;
    for (int i = 0; i < 50; ++i) {
      const P::Condition x = P::draw(random);
      data.emplace_back(x, P::optimal(x));
    }
    const Codec codec = fitted<P, Tied>(data);
    for (const auto& [x, label] : data) {
      std::array<int, 5> permutation{3, 0, 4, 2, 1};
      P::Condition moved = x;
      for (int i = 0; i < 5; ++i) moved[i] = x[permutation[static_cast<std::size_t>(i)]];
      std::vector<float> a(5), b(5), latent(5);
      for (float& z : latent) z = static_cast<float>(random.normal());
      const auto encoded = codec.encode_condition(x, a.data());
      const auto moved_encoded = codec.encode_condition(moved, b.data());
      CHECK(a == b);
      const P::Solution y = codec.decode(x, encoded, latent.data());
      const P::Solution moved_y = codec.decode(moved, moved_encoded, latent.data());
      for (int i = 0; i < 5; ++i) CHECK(moved_y[i] == y[permutation[static_cast<std::size_t>(i)]]);
    }
  };
  check(std::false_type{});
  check(std::true_type{});
}

TEST_CASE("conditions far outside the training range reach the network at its edge, and finite") {
  const auto codec = fitted<Flat, false>([] {
    const auto data = rows(100);
    return std::vector<Row<Flat>>(data.begin(), data.end());
  }());
  for (const double far : {1e3, 1e40, std::numeric_limits<double>::max()}) {
    for (const double sign : {-1.0, 1.0}) {
      Flat::Condition x = Flat::Condition::Constant(sign * far);
      std::vector<float> features(7);
      (void)codec.encode_condition(x, features.data());
      for (int i = 0; i < 7; ++i) {
        const double edge = sign > 0 ? codec.features.highest[i] + 3 : codec.features.lowest[i] - 3;
        CHECK(near(static_cast<double>(features[static_cast<std::size_t>(i)]), edge, 1e-6, 1e-6));
      }
    }
  }
  Flat::Condition inside = codec.features.mean + 0.5 * codec.features.deviation;
  std::vector<double> features(7);
  (void)codec.encode_condition(inside, features.data());
  for (const double f : features) CHECK(near(f, 0.5, 1e-12, 0));
}

TEST_CASE("defect 3 of the reference: the decoder reaches every optimum, also where power ratios have no bound") {
  using P = gdm::Msr80Problem;
  gdm::RandomStream random(4);
  std::vector<Row<P>> data;
  for (int i = 0; i < 40; ++i) {
    const P::Condition x = P::draw(random);
    data.emplace_back(x, P::optimal(x));
  }
  const auto codec = fitted<P, false>(data);
  for (const auto& [x, label] : data) {
    std::vector<float> features(80), latent(80);
    const auto encoded = codec.encode_condition(x, features.data());
    codec.encode_solution(x, label, encoded, latent.data());
    const P::Solution y = codec.decode(x, encoded, latent.data());
    CHECK(P::objective(x, y) >= P::objective(x, label) * (1 - 1e-9));  // 0.956 at most in the reference
    CHECK(label.minCoeff() == 0);
    CHECK(P::violation(x, y) <= 1e-12);
  }
}
