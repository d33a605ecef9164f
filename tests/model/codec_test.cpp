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

/// Counts how often what its members share is computed.
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
  using Sites::objective;
  using Sites::project;
  using Sites::violation;
  static double objective(const Condition&, const Solution& y, const Context& shared) {
    return y.squaredNorm() + shared.middle;
  }
  static double violation(const Condition&, const Solution&, const Context& shared) { return shared.middle; }
  static Solution project(const Condition&, const Solution& y, const Context& shared) {
    return y.array() * shared.middle;
  }
  static Solution refine(const Condition&, const Solution& y, const Context& shared) {
    return y.array() - 2 * shared.middle;
  }
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
  for (const auto& [x, y] : data) {
    using Codec = gdm::Codec<P, Tied>;
    typename Codec::Instance instance;
    typename Codec::Features features;
    Codec::describe(x, instance, features);
    Codec::gather(features, Codec::describe(instance, y), instance.tokens, statistics);
  }
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
  for (const double v : values) statistics.add<1>(gdm::Vector<1>(v), {}, 0);
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
  Codec::Instance instance;
  Codec::Features f;
  Codec::describe(x, instance, f);
  CHECK(instance.order == Codec::Order{2, 1, 0});
  CHECK(instance.tokens == 3);
  CHECK(instance.latents == 5);
  Sites::Condition expected;
  expected << 1, 4, 1, 5, 2, 0, 42;
  CHECK(f == expected);
  Sites::Solution y;
  y << 10, 11, 12, 13, 14;
  Sites::Solution sorted;
  sorted << 12, 11, 10, 13, 14;
  CHECK(Codec::describe(instance, y) == sorted);
}

TEST_CASE_TEMPLATE("a standardised label is decoded to itself", S, float, double) {
  const double tolerance = std::is_same_v<S, float> ? 1e-6 : 1e-15;
  const auto data = rows(100);
  const auto check = [&](const auto& codec) {
    for (const auto& [x, y] : data) {
      std::vector<S> features(7), latents(5);
      typename std::remove_cvref_t<decltype(codec)>::Instance instance;
      codec.encode_condition(x, instance, features.data());
      codec.encode_solution(y, instance, latents.data());
      CHECK((codec.decode(instance, latents.data()) - y).cwiseAbs().maxCoeff() <= tolerance * 6);
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
    gdm::Codec<Flat, false>::Instance instance;
    codec.encode_condition(x, instance, f.data());
    codec.encode_solution(y, instance, z.data());
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

TEST_CASE("what the members of a problem share is computed once a condition") {
  std::vector<Row<Sharing>> data;
  for (const Row<Sites>& row : rows(40)) data.emplace_back(row.first, row.second);
  const auto codec = fitted<Sharing, false>(data);
  for (const auto& [x, y] : data) {
    std::vector<double> f(7), z(5);
    Sharing::computed = 0;
    gdm::Codec<Sharing, false>::Instance instance;
    codec.encode_condition(x, instance, f.data());
    codec.encode_solution(y, instance, z.data());
    for (int sample = 0; sample < 3; ++sample) {
      CHECK((codec.decode(instance, z.data()) - y).cwiseAbs().maxCoeff() <= 1e-12);
      CHECK(codec.objective(instance, y) == y.squaredNorm() + x.mean());
      CHECK(codec.violation(instance, y) == x.mean());
      CHECK(codec.project(instance, y) == gdm::Vector<5>(y.array() * x.mean()));
      CHECK(codec.refine(instance, y) == gdm::Vector<5>(y.array() - 2 * x.mean()));
    }
    CHECK(Sharing::computed == 1);
    CHECK(instance.context.middle == Sharing::context(x).middle);
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
      typename Codec::Instance instance, moved_instance;
      codec.encode_condition(x, instance, a.data());
      codec.encode_condition(moved, moved_instance, b.data());
      CHECK(a == b);
      const P::Solution y = codec.decode(instance, latent.data());
      const P::Solution moved_y = codec.decode(moved_instance, latent.data());
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
      gdm::Codec<Flat, false>::Instance instance;
      codec.encode_condition(x, instance, features.data());
      for (int i = 0; i < 6; ++i) {
        const double edge = sign > 0 ? codec.features.highest[i] + 3 : codec.features.lowest[i] - 3;
        CHECK(near(static_cast<double>(features[static_cast<std::size_t>(i)]), edge, 1e-6, 1e-6));
      }
      CHECK(features[6] == 0);  // nothing was learned about a number that never varied
    }
  }
  Flat::Condition inside = codec.features.mean + 0.5 * codec.features.deviation;
  std::vector<double> features(7);
  gdm::Codec<Flat, false>::Instance instance;
  codec.encode_condition(inside, instance, features.data());
  for (std::size_t i = 0; i < 6; ++i) CHECK(near(features[i], 0.5, 1e-12, 0));
  CHECK(features[6] == 0);
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
    gdm::Codec<P, false>::Instance instance;
    codec.encode_condition(x, instance, features.data());
    codec.encode_solution(label, instance, latent.data());
    const P::Solution y = codec.decode(instance, latent.data());
    CHECK(P::objective(x, y) >= P::objective(x, label) * (1 - 1e-9));  // 0.956 at most in the reference
    CHECK(label.minCoeff() == 0);
    CHECK(P::violation(x, y) <= 1e-12);
  }
}

namespace {

/// Four links, of which those with a gain of 0 are absent; with numbers of pairs and of the noisy latent.
struct Links {
  using Condition = gdm::Vector<4>;
  using Solution = gdm::Vector<4>;
  static constexpr gdm::Sense sense = gdm::Sense::minimize;
  static constexpr gdm::TokenLayout tokens{
      .count = 4, .features = 1, .latents = 1, .pair_features = 2, .step_features = 2};
  static double objective(const Condition&, const Solution& y) { return y.squaredNorm(); }
  static Solution project(const Condition&, const Solution& y) { return y; }
  static double violation(const Condition&, const Solution&) { return 0; }
  static bool present(const Condition& x, int token) { return x[token] != 0; }
  static double pair(const Condition& x, int i, int j, int c) {
    return i == j ? 0 : c == 0 ? x[i] - 10 * x[j] : x[i] * x[j] + 0.5;
  }
  static gdm::Vector<32> pair_features(const Condition& x) {
    gdm::Vector<32> f;
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j)
        for (int c = 0; c < 2; ++c) f[(i * 4 + j) * 2 + c] = pair(x, i, j, c);
    return f;
  }
  static gdm::Vector<8> step_features(const Condition& x, const Solution& z) {
    gdm::Vector<8> f;
    for (int i = 0; i < 4; ++i) {
      f[2 * i] = x[i] + 100 * z[i];
      f[2 * i + 1] = z.sum();
    }
    return f;
  }
};
static_assert(gdm::Problem<Links> && gdm::detail::has_pair_features<Links> && gdm::detail::has_step_features<Links>);

/// Instances of which each link is absent now and then, and one without any.
std::vector<Row<Links>> some_present() {
  gdm::RandomStream random(11);
  std::vector<Row<Links>> all;
  for (int k = 0; k < 60; ++k) {
    Row<Links> row;
    for (int i = 0; i < 4; ++i) {
      row.first[i] = k == 0 || random.uniform() < 0.4 ? 0.0 : random.uniform(0.5, 2);
      row.second[i] = row.first[i] == 0 ? 0.0 : 3 + row.first[i] * random.uniform();
    }
    all.push_back(row);
  }
  return all;
}

}  // namespace

TEST_CASE("absent tokens come last, leave the statistics alone and have no latent") {
  const auto data = some_present();
  const auto codec = fitted<Links, true>(data);
  using Codec = gdm::Codec<Links, true>;
  std::vector<double> features, latents;
  for (const auto& [x, y] : data)
    for (int i = 0; i < 4; ++i)
      if (x[i] != 0) {
        features.push_back(x[i]);
        latents.push_back(y[i]);
      }
  for (int i = 0; i < 4; ++i) {
    CHECK(near(codec.features.mean[i], two_pass(features).first, 0, 1e-13));
    CHECK(near(codec.features.deviation[i], two_pass(features).second, 0, 1e-13));
    CHECK(near(codec.latents.mean[i], two_pass(latents).first, 0, 1e-13));
    CHECK(near(codec.latents.deviation[i], two_pass(latents).second, 0, 1e-13));
  }
  for (const auto& [x, y] : data) {
    std::vector<float> column(Codec::column_size, 7.0F), latent(4);
    Codec::Instance instance;
    codec.encode_condition(x, instance, column.data());
    codec.encode_solution(y, instance, latent.data());
    const auto present = static_cast<std::size_t>((x.array() != 0).count());
    REQUIRE(instance.tokens == static_cast<int>(present));
    CHECK(instance.latents == instance.tokens);
    for (std::size_t i = 1; i < present; ++i) CHECK(x[instance.order[i - 1]] <= x[instance.order[i]]);
    for (std::size_t i = 0; i < 4; ++i) CHECK((x[instance.order[i]] != 0) == (i < present));
    for (std::size_t i = present; i < 4; ++i) CHECK(latent[i] == 0);
    for (float& z : latent) z += 1;  // whatever stands there: the absent ones get zero
    const auto answer = codec.decode(instance, latent.data());
    for (int i = 0; i < 4; ++i) {
      const double moved = y[i] + codec.latents.deviation[i];
      CHECK(near(answer[i], x[i] == 0 ? 0.0 : moved, 1e-5, 0));
    }
  }
}

TEST_CASE("a token that no training row had is decoded by the neutral statistics") {
  std::vector<Row<Links>> data;
  for (const auto& [x, y] : some_present()) {
    auto row = Row<Links>(x, y);
    row.first.tail<2>().setZero();
    row.second.tail<2>().setZero();
    data.push_back(row);
  }
  const auto codec = fitted<Links, false>(data);  // statistics of the third and fourth place in canonical order
  for (const int i : {2, 3}) {
    CHECK(codec.features.mean[i] == 0);
    CHECK(codec.features.deviation[i] == 1);
    CHECK(codec.latents.deviation[i] == 1);
  }
}

TEST_CASE("numbers of pairs and of the noisy latent follow the canonical order, and those of absent tokens are zero") {
  const auto data = some_present();
  const auto codec = fitted<Links, true>(data);
  using Codec = gdm::Codec<Links, true>;
  static_assert(Codec::column_size == 4 + 32);
  for (const auto& [x, y] : data) {
    std::vector<double> column(Codec::column_size, 7.0), latent(4), steps(8, 7.0);
    Codec::Instance instance;
    codec.encode_condition(x, instance, column.data());
    const auto place = [&](int i) { return instance.order[static_cast<std::size_t>(i)]; };
    const auto n = instance.tokens;
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j)
        for (int c = 0; c < 2; ++c)
          CHECK(column[static_cast<std::size_t>(4 + (i * 4 + j) * 2 + c)] ==
                (i < n && j < n ? Links::pair(x, place(i), place(j), c) : 0.0));
    codec.encode_solution(y, instance, latent.data());
    codec.step_features(instance, latent.data(), steps.data());
    for (int i = 0; i < n; ++i) {
      CHECK(near(steps[static_cast<std::size_t>(2 * i)], x[place(i)] + 100 * y[place(i)], 1e-10, 0));
      CHECK(near(steps[static_cast<std::size_t>(2 * i + 1)], y.sum(), 1e-12, 0));  // the absent ones are 0 in it
    }
    for (std::size_t i = 2 * static_cast<std::size_t>(n); i < 8; ++i)
      CHECK(steps[i] == 0);  // a dense network reads them
  }
}
