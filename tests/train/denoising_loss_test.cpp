// SPDX-License-Identifier: MIT
#include <gdm/train/denoising_loss.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include "../near.hpp"

namespace {

constexpr int features = 2, latents = 3, inputs = 5, tile_size = 32, steps = 8;
using Schedule = gdm::CosineSchedule<steps>;

/// What the loss handed to the network, and an answer that does not depend on it.
struct Seen {
  gdm::Block<double, inputs, tile_size> noisy;
  gdm::Block<double, latents, tile_size> d_out;
  gdm::Block<double, features, tile_size> condition;
  std::vector<int> t;
  std::vector<bool> dropped;
  std::vector<int> tokens;
};

struct RecordingNetwork {
  static constexpr int latents = ::latents, features = ::features, inputs = ::inputs, tile = tile_size;
  struct Parameters {
    Seen* seen;
    double answer;
  };
  template <int B>
  struct Workspace {
    int nothing;
  };
  template <int B>
  static void forward(const Parameters& p, const gdm::Block<double, inputs, B>& y,
                      const gdm::Block<double, features, B>& condition, const int* t, const bool* dropped,
                      const int* tokens, Workspace<B>&, gdm::Block<double, latents, B>& out) {
    p.seen->noisy = y;
    p.seen->condition = condition;
    p.seen->t.assign(t, t + B);
    p.seen->dropped.assign(dropped, dropped + B);
    p.seen->tokens.clear();
    if (tokens != nullptr) p.seen->tokens.assign(tokens, tokens + B);
    for (int j = 0; j < B; ++j)
      for (int i = 0; i < latents; ++i) out(i, j) = p.answer;
  }
  template <int B>
  static void pullback(const Parameters& p, const bool*, Workspace<B>&, const gdm::Block<double, latents, B>& d_out,
                       Parameters&) {
    p.seen->d_out = d_out;
  }
};

template <class Parameterisation>
using Loss = gdm::DenoisingLoss<double, RecordingNetwork, Schedule, Parameterisation>;

constexpr std::size_t row_count = 50;

gdm::EncodedRows<double, RecordingNetwork> rows() {
  gdm::EncodedRows<double, RecordingNetwork> all;
  all.count = row_count;
  for (std::size_t r = 0; r < row_count; ++r) {
    for (int i = 0; i < features; ++i) all.features.push_back(100 * static_cast<double>(r) + i);
    for (int i = 0; i < latents; ++i) all.latents.push_back(0.1 * static_cast<double>(r) - i);
  }
  return all;
}

std::vector<std::uint32_t> numbers(int count) {
  std::vector<std::uint32_t> all(static_cast<std::size_t>(count));
  for (std::size_t k = 0; k < all.size(); ++k) all[k] = static_cast<std::uint32_t>(7 * k % row_count);
  return all;
}

/// One call of the loss.
template <class L>
double call(const L& loss, Seen& seen, int count, double scale, const gdm::StreamId& id, double answer = 0) {
  const auto workspace = std::make_unique<typename L::Workspace>();
  RecordingNetwork::Parameters parameters{&seen, answer}, gradient{&seen, 0};
  return loss.accumulate(parameters, numbers(count).data(), count, scale, id, *workspace, gradient);
}

/// The target of the parameterisation, from its definition.
double target(gdm::EpsilonPrediction, double, double, double noise) { return noise; }
double target(gdm::CleanPrediction, double, double clean, double) { return clean; }
double target(gdm::VelocityPrediction, double alpha_bar, double clean, double noise) {
  return std::sqrt(alpha_bar) * noise - std::sqrt(1 - alpha_bar) * clean;
}

}  // namespace

TEST_CASE_TEMPLATE("the network sees row, step and noise of Algorithm 1, and the loss is the error of its target", P,
                   gdm::EpsilonPrediction, gdm::VelocityPrediction, gdm::CleanPrediction) {
  const gdm::NoiseLevels<Schedule> levels;
  const auto data = rows();
  const Loss<P> loss(data, 0.25);
  CHECK(loss.size() == row_count);
  for (const int count : {1, 5, tile_size}) {
    Seen seen;
    const double scale = 0.125, answer = 0.3;
    const double sum = call(loss, seen, count, scale, {1, 0, 2, 3}, answer);
    double expected = 0;
    for (int j = 0; j < tile_size; ++j) {
      const auto column = static_cast<std::size_t>(j);
      const std::size_t row = numbers(count)[j < count ? column : 0];  // the rest of the tile repeats a row
      const double alpha_bar = levels.alpha_bar[static_cast<std::size_t>(seen.t[column])];
      for (int i = 0; i < features; ++i)
        CHECK(seen.condition(i, j) == data.features[row * features + static_cast<std::size_t>(i)]);
      for (int i = 0; i < latents; ++i) {
        const double clean = data.latents[row * latents + static_cast<std::size_t>(i)];
        const double noise = (seen.noisy(i, j) - std::sqrt(alpha_bar) * clean) / std::sqrt(1 - alpha_bar);
        const double error = answer - target(P{}, alpha_bar, clean, noise);
        if (j < count) expected += error * error;
        CHECK(near(seen.d_out(i, j), j < count ? scale * 2 * error : 0.0, 1e-12, 1e-9));
      }
    }
    CHECK(near(sum, expected, 1e-12, 1e-9));
  }
}

TEST_CASE("steps are uniform, noise is standard normal and conditions are dropped as often as asked") {
  const gdm::NoiseLevels<Schedule> levels;
  const auto data = rows();
  for (const double p_uncond : {0.0, 0.1, 0.9}) {
    const Loss<gdm::EpsilonPrediction> loss(data, p_uncond);
    std::vector<double> count(steps + 1);
    double dropped = 0, sum = 0, square = 0, n = 0, columns = 0, dropped_late = 0, late = 0;
    for (std::uint32_t call_number = 0; call_number < 400; ++call_number) {
      Seen seen;
      call(loss, seen, tile_size, 1, {5, 0, call_number % 4, call_number / 4});
      for (int j = 0; j < tile_size; ++j) {
        const auto column = static_cast<std::size_t>(j);
        const auto t = static_cast<std::size_t>(seen.t[column]);
        REQUIRE(t >= 1);
        REQUIRE(t <= steps);
        ++count[t];
        ++columns;
        dropped += seen.dropped[column] ? 1 : 0;
        if (t > steps / 2) {
          ++late;
          dropped_late += seen.dropped[column] ? 1 : 0;
        }
        const std::size_t row = numbers(tile_size)[column];
        for (int i = 0; i < latents; ++i) {
          const double clean = data.latents[row * latents + static_cast<std::size_t>(i)];
          const double noise =
              (seen.noisy(i, j) - std::sqrt(levels.alpha_bar[t]) * clean) / std::sqrt(1 - levels.alpha_bar[t]);
          sum += noise;
          square += noise * noise;
          ++n;
        }
      }
    }
    double chi_square = 0;
    for (std::size_t t = 1; t <= steps; ++t) {
      const double difference = count[t] - columns / steps;
      chi_square += difference * difference / (columns / steps);
    }
    CHECK(chi_square <= 29.9);  // 7 degrees of freedom, 1e-4
    CHECK(std::abs(sum) <= 3.9 * std::sqrt(n));
    CHECK(std::abs(square / n - 1) <= 3.9 * std::sqrt(2 / n));
    const double spread = std::sqrt(p_uncond * (1 - p_uncond));
    CHECK(std::abs(dropped / columns - p_uncond) <= 3.9 * spread / std::sqrt(columns));
    CHECK(std::abs(dropped_late / late - p_uncond) <= 3.9 * spread / std::sqrt(late));  // whatever the step
  }
}

TEST_CASE("the draws of a tile are a function of its stream alone") {
  const Loss<gdm::EpsilonPrediction> loss(rows(), 0.5);
  const auto draw = [&](const gdm::StreamId& id, int count) {
    auto seen = std::make_unique<Seen>();
    call(loss, *seen, count, 1, id);
    return seen;
  };
  const auto a = draw({1, 0, 2, 3}, 8), b = draw({1, 0, 2, 3}, 8), longer = draw({1, 0, 2, 3}, 20);
  CHECK(a->noisy.matrix() == b->noisy.matrix());
  CHECK(a->t == b->t);
  CHECK(a->dropped == b->dropped);
  CHECK(a->t == longer->t);
  CHECK(a->noisy.matrix().leftCols(8) == longer->noisy.matrix().leftCols(8));
  for (const gdm::StreamId other : {gdm::StreamId{2, 0, 2, 3}, gdm::StreamId{1, 0, 3, 3}, gdm::StreamId{1, 0, 2, 4}}) {
    CHECK(draw(other, 8)->noisy.matrix() != a->noisy.matrix());
    CHECK(draw(other, 8)->t != a->t);
  }
}

TEST_CASE("the fingerprint changes with any number of the rows") {
  using L = Loss<gdm::EpsilonPrediction>;
  const std::string plain = L(rows(), 0.1).fingerprint();
  CHECK(plain == L(rows(), 0.2).fingerprint());
  auto changed = rows();
  changed.features[17] = std::nextafter(changed.features[17], 1e9);
  CHECK(L(changed, 0.1).fingerprint() != plain);
  changed = rows();
  changed.latents.back() = -changed.latents.back();
  CHECK(L(changed, 0.1).fingerprint() != plain);
}

namespace {

/// Latents of each row that count: 0 to 3 of them.
int in_use_of(std::size_t row) { return static_cast<int>(row % 4); }
double weight_of(std::size_t row) { return 0.5 + static_cast<double>(row % 3); }

/// Writes two numbers of the row and the noisy latent behind the latents.
struct Steps {
  void operator()(std::size_t row, const double* noisy, double* to) const {
    to[0] = noisy[0] + 2 * noisy[2];
    to[1] = static_cast<double>(row);
  }
};

}  // namespace

TEST_CASE("latents of absent tokens are zero and do not count, a row counts by its weight, and the network is told") {
  auto data = rows();
  for (std::size_t r = 0; r < row_count; ++r) {
    data.in_use.push_back(in_use_of(r));
    data.tokens.push_back(in_use_of(r) + 10);
    data.weights.push_back(weight_of(r));
  }
  const Loss<gdm::VelocityPrediction> loss(data, 0.25), plain(rows(), 0.25);
  const double scale = 0.125, answer = 0.3;
  Seen seen, all;
  const int count = 20;
  const double sum = call(loss, seen, count, scale, {1, 0, 2, 3}, answer);
  call(plain, all, count, scale, {1, 0, 2, 3}, answer);
  CHECK(all.tokens.empty());
  REQUIRE(seen.tokens.size() == tile_size);
  CHECK(seen.t == all.t);  // the same draws
  CHECK(seen.dropped == all.dropped);
  double expected = 0, total = 0;
  for (int j = 0; j < count; ++j) {
    const std::size_t row = numbers(count)[static_cast<std::size_t>(j)];
    CHECK(seen.tokens[static_cast<std::size_t>(j)] == in_use_of(row) + 10);
    total += weight_of(row) * in_use_of(row);
    for (int i = 0; i < latents; ++i) {
      const bool used = i < in_use_of(row);
      CHECK(seen.noisy(i, j) == (used ? all.noisy(i, j) : 0));
      // The output of a network is zero for an absent token; this one answers all the same, and is told so by its target.
      const double error = used ? all.d_out(i, j) / (2 * scale) : answer;
      expected += weight_of(row) * error * error;
      CHECK(near(seen.d_out(i, j), scale * 2 * weight_of(row) * error, 1e-12, 1e-12));
    }
  }
  CHECK(near(sum, expected, 1e-12, 1e-12));
  CHECK(near(loss.total(numbers(count).data(), count), total, 1e-13, 0));
  CHECK(plain.total(numbers(count).data(), count) == 3 * count);
}

TEST_CASE("step features stand behind the noisy latents that they were computed from") {
  using L = gdm::DenoisingLoss<double, RecordingNetwork, Schedule, gdm::CleanPrediction, Steps>;
  const L loss(rows(), 0.25);
  Seen seen;
  call(loss, seen, 5, 1, {1, 0, 2, 3});
  for (int j = 0; j < tile_size; ++j) {
    CHECK(seen.noisy(3, j) == seen.noisy(0, j) + 2 * seen.noisy(2, j));
    CHECK(seen.noisy(4, j) == numbers(5)[static_cast<std::size_t>(j < 5 ? j : 0)]);
  }
}

TEST_CASE("weights and absent tokens are part of the fingerprint") {
  using L = Loss<gdm::EpsilonPrediction>;
  const std::string plain = L(rows(), 0.1).fingerprint();
  auto weighted = rows();
  weighted.weights.assign(row_count, 1.0);
  const std::string ones = L(weighted, 0.1).fingerprint();
  CHECK(ones != plain);
  weighted.weights[3] = 2;
  CHECK(L(weighted, 0.1).fingerprint() != ones);
  auto absent = rows();
  absent.tokens.assign(row_count, 3);
  absent.in_use.assign(row_count, 3);
  CHECK(L(absent, 0.1).fingerprint() != plain);
}
