// SPDX-License-Identifier: MIT
#include <gdm/autodiff/block.hpp>
#include <gdm/train/trainer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "../near.hpp"

namespace {

using doctest::Contains;

constexpr int dimension = 3;

struct Point {
  gdm::Block<double, dimension, 1> w;
};

struct PointNetwork {
  static constexpr int latents = dimension;
  static void prepare(const Point&, int&) {}
  template <class F, class... P>
  static void visit(const F& f, P&... p) {
    f("w", p.w...);
  }
};

/// sum_i (w_i - a_ri)^2 for every row r, and a record of what the trainer asked for.
struct SquaredDistance {
  using Network = PointNetwork;
  static constexpr int tile = 16;
  struct Workspace {
    int network = 0;
  };
  struct Call {
    gdm::StreamId id;
    std::vector<std::uint32_t> rows;
    double scale;
  };

  std::vector<std::array<double, dimension>> targets;
  double break_at_step = -1;  ///< number of the step whose loss is not finite
  double broken = std::numeric_limits<double>::quiet_NaN();
  mutable std::vector<Call> calls;
  mutable std::mutex mutex{};

  explicit SquaredDistance(std::size_t n, double centre = 0) {
    for (std::size_t r = 0; r < n; ++r) {
      const auto x = static_cast<double>(r);
      targets.push_back({centre + std::sin(x), centre + std::cos(1.7 * x), centre + 0.01 * x});
    }
  }
  std::size_t size() const { return targets.size(); }

  std::vector<double> weights;  ///< of the rows; all one if empty
  double weight(std::uint32_t row) const { return weights.empty() ? 1 : weights[row]; }
  double total(const std::uint32_t* rows, std::size_t count) const {
    double sum = 0;
    for (std::size_t k = 0; k < count; ++k) sum += weight(rows[k]) * dimension;
    return sum;
  }

  double accumulate(const Point& p, const std::uint32_t* rows, int count, double scale, gdm::StreamId id, Workspace&,
                    Point& gradient) const {
    double sum = 0;
    for (int k = 0; k < count; ++k) {
      for (int i = 0; i < dimension; ++i) {
        const double difference = p.w(i, 0) - targets[rows[k]][static_cast<std::size_t>(i)];
        sum += weight(rows[k]) * difference * difference;
        gradient.w(i, 0) += scale * weight(rows[k]) * 2 * difference;
      }
    }
    const std::lock_guard lock(mutex);
    calls.push_back({id, {rows, rows + count}, scale});
    return id.step == break_at_step ? broken : sum;
  }
};

struct Settings {
  static constexpr gdm::TrainDefaults value{.epochs = 10, .batch_size = 100, .learning_rate = 0.05};
};
using Options = gdm::BasicTrainOptions<Settings>;
using State = gdm::TrainState<Point>;

constexpr auto no_checkpoint = [](const State&) {};

gdm::TrainReport run(const SquaredDistance& loss, State& state, Options options) {
  if (options.threads == 0) options.threads = 1;  // waking threads for three numbers takes longer than the test
  gdm::Trainer<double, Point, SquaredDistance> trainer(loss);
  return trainer.run(state, options, no_checkpoint);
}

State trained(const SquaredDistance& loss, const Options& options) {
  State state{};
  run(loss, state, options);
  return state;
}

bool same_bits(const Point& a, const Point& b) { return std::memcmp(a.w.data, b.w.data, sizeof a.w.data) == 0; }

}  // namespace

TEST_CASE("whole-batch training is the textbook's: mean gradient, clipping, Adam, rate and average, step by step") {
  for (const double clip : {1e9, 0.1}) {
    const SquaredDistance loss(150);
    const Options options{.epochs = 40,
                          .batch_size = 1000,
                          .learning_rate = 0.05,
                          .decay = gdm::Decay::multi_step,
                          .warm_up = 0.2,
                          .clip_norm = clip,
                          .ema_decay = 0.8};
    const State found = trained(loss, options);

    std::array<double, dimension> mean{}, w{}, first{}, second{}, average{};
    for (const auto& a : loss.targets)
      for (std::size_t i = 0; i < dimension; ++i) mean[i] += a[i] / 150;
    std::vector<double> losses;
    for (int t = 1; t <= 40; ++t) {
      double total = 0, norm = 0;
      for (const auto& a : loss.targets)
        for (std::size_t i = 0; i < dimension; ++i) total += (w[i] - a[i]) * (w[i] - a[i]);
      losses.push_back(total / (150 * dimension));
      std::array<double, dimension> g;
      for (std::size_t i = 0; i < dimension; ++i) {
        g[i] = 2 * (w[i] - mean[i]) / dimension;
        norm += g[i] * g[i];
      }
      norm = std::sqrt(norm);
      const double progress = (t - 0.5) / 40;
      double rate = 0.05 * std::min(1.0, progress / 0.2);
      if (progress >= 0.5) rate *= 0.1;
      if (progress >= 0.8) rate *= 0.1;
      for (std::size_t i = 0; i < dimension; ++i) {
        if (norm > clip) g[i] *= clip / norm;
        first[i] = 0.9 * first[i] + 0.1 * g[i];
        second[i] = 0.999 * second[i] + 0.001 * g[i] * g[i];
        w[i] -= rate * (first[i] / (1 - std::pow(0.9, t))) / (std::sqrt(second[i] / (1 - std::pow(0.999, t))) + 1e-8);
        const double decay = std::min(0.8, (1.0 + t) / (10.0 + t));
        average[i] = decay * average[i] + (1 - decay) * w[i];
      }
    }
    for (std::size_t i = 0; i < dimension; ++i) {
      CAPTURE(clip);
      CHECK(near(found.weights.w(static_cast<int>(i), 0), w[i], 1e-12, 1e-11));
      CHECK(near(found.average.w(static_cast<int>(i), 0), average[i], 1e-12, 1e-11));
      CHECK(near(found.first_moment.w(static_cast<int>(i), 0), first[i], 1e-12, 1e-10));
    }
    REQUIRE(found.loss.size() == 40);
    for (std::size_t t = 0; t < 40; ++t) CHECK(near(found.loss[t], losses[t], 1e-13, 1e-11));
    CHECK(found.step == 40);
    CHECK(found.epoch == 40);
  }
}

TEST_CASE("a row of weight w counts as w rows, and a batch without weight changes no moment but by its decay") {
  SquaredDistance weighted(10), repeated(0);
  for (std::size_t r = 0; r < 10; ++r) {
    weighted.weights.push_back(static_cast<double>(r % 3));
    for (std::size_t copy = 0; copy < r % 3; ++copy) repeated.targets.push_back(weighted.targets[r]);
  }
  const Options options{.epochs = 5, .batch_size = 100};
  const State a = trained(weighted, options), b = trained(repeated, options);
  for (int i = 0; i < dimension; ++i) CHECK(near(a.weights.w(i, 0), b.weights.w(i, 0), 1e-13, 1e-13));
  for (std::size_t e = 0; e < 5; ++e) CHECK(near(a.loss[e], b.loss[e], 1e-13, 1e-13));

  weighted.weights.assign(10, 0.0);
  State none{};
  none.first_moment.w(1, 0) = 2;
  run(weighted, none, {.epochs = 1, .batch_size = 100});
  CHECK(near(none.first_moment.w(1, 0), 1.8, 1e-15, 0));
  CHECK(none.loss == std::vector<double>{0.0});
}

TEST_CASE("every epoch visits every row once, in batches of the size asked for and in tiles that fit") {
  for (const std::size_t n : {1U, 15U, 16U, 17U, 100U, 333U}) {
    for (const std::size_t batch : {1U, 7U, 16U, 100U, 1000U}) {
      if (n / batch > 60) continue;
      const SquaredDistance loss(n);
      const State state = trained(loss, {.epochs = 2, .batch_size = batch});
      CAPTURE(n);
      CAPTURE(batch);
      const std::size_t steps = (n + batch - 1) / batch;
      CHECK(state.step == 2 * steps);
      std::vector<int> visits(n);
      std::vector<double> share(2 * steps);  // of each batch, summed over its tiles
      bool fits = true;
      for (const auto& call : loss.calls) {
        fits = fits && !call.rows.empty() && call.rows.size() <= SquaredDistance::tile;
        share[call.id.step] += static_cast<double>(call.rows.size()) * call.scale * dimension;
        for (const auto row : call.rows) ++visits[row];
      }
      CHECK(fits);
      CHECK(std::count(visits.begin(), visits.end(), 2) == static_cast<std::ptrdiff_t>(n));
      for (const double s : share) CHECK(near(s, 1, 1e-12, 0));
    }
  }
}

TEST_CASE("rows are in a new order in every epoch and for every seed") {
  const auto order = [](std::uint64_t seed) {
    const SquaredDistance loss(100);
    trained(loss, {.epochs = 2, .batch_size = 10, .seed = seed, .threads = 1});
    std::vector<std::uint32_t> rows;
    for (const auto& call : loss.calls) rows.insert(rows.end(), call.rows.begin(), call.rows.end());
    return rows;
  };
  const auto a = order(1), b = order(2);
  CHECK(a == order(1));
  CHECK(a != b);
  CHECK(!std::is_sorted(a.begin(), a.begin() + 100));
  CHECK(!std::equal(a.begin(), a.begin() + 100, a.begin() + 100));
}

TEST_CASE("every tile of every step draws from a random stream of its own") {
  const SquaredDistance loss(333);
  trained(loss, {.epochs = 3, .batch_size = 100, .seed = 9});
  std::set<std::tuple<std::uint64_t, std::uint32_t, std::uint32_t>> streams;
  for (const auto& call : loss.calls) streams.emplace(call.id.seed, call.id.sample, call.id.step);
  CHECK(streams.size() == loss.calls.size());
  CHECK(std::get<0>(*streams.begin()) == 9);
}

TEST_CASE("the bits of a run do not depend on the number of threads") {
  const SquaredDistance loss(1000);
  const State one = trained(loss, {.epochs = 5, .batch_size = 300, .seed = 3, .threads = 1});
  for (const int threads : {2, 3}) {
    const State many = trained(loss, {.epochs = 5, .batch_size = 300, .seed = 3, .threads = threads});
    CHECK(same_bits(one.weights, many.weights));
    CHECK(same_bits(one.average, many.average));
    CHECK(same_bits(one.second_moment, many.second_moment));
    CHECK(one.loss == many.loss);
  }
  const State other = trained(loss, {.epochs = 5, .batch_size = 300, .seed = 4, .threads = 1});
  CHECK(!same_bits(one.weights, other.weights));
}

TEST_CASE("a run that was stopped between two epochs and goes on ends in the bits of one that was not") {
  const SquaredDistance loss(200);
  const Options options{.epochs = 6, .batch_size = 50, .seed = 5, .threads = 1};
  const State whole = trained(loss, options);
  State parts{};
  gdm::Trainer<double, Point, SquaredDistance> first(loss), second(loss);
  struct StopAfterTwo {
    gdm::Flow on_epoch(const gdm::EpochInfo& info) { return info.epoch == 2 ? gdm::Flow::stop : gdm::Flow::proceed; }
  } stop;
  const auto report = first.run(parts, options, no_checkpoint, stop);
  CHECK(report.epochs == 2);
  CHECK(report.loss.size() == 2);
  second.run(parts, options, no_checkpoint);
  CHECK(same_bits(parts.weights, whole.weights));
  CHECK(same_bits(parts.average, whole.average));
  CHECK(parts.loss == whole.loss);
}

TEST_CASE("a loss that is not finite stops the run, names epoch and step and leaves the last good epoch") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  for (const double broken : {nan, infinity}) {
    SquaredDistance loss(100);  // four batches
    const Options options{.epochs = 10, .batch_size = 25, .threads = 1};
    const State good = [&] {
      State state{};
      gdm::Trainer<double, Point, SquaredDistance> trainer(loss);
      struct {
        gdm::Flow on_epoch(const gdm::EpochInfo& e) { return e.epoch == 2 ? gdm::Flow::stop : gdm::Flow::proceed; }
      } stop;
      trainer.run(state, options, no_checkpoint, stop);
      return state;
    }();
    loss.break_at_step = 2 * 4 + 1;  // the second step of the third epoch, number 10 of the run
    loss.broken = broken;
    State state{};
    CHECK_THROWS_WITH_AS(run(loss, state, options), Contains("in epoch 3, step 10. "), gdm::Error);
    CHECK(same_bits(state.weights, good.weights));
    CHECK(same_bits(state.average, good.average));
    CHECK(state.epoch == 2);
    CHECK(state.step == 8);
    CHECK(state.loss == good.loss);
    CHECK_THROWS_WITH_AS(run(loss, state, options), Contains("[GDM-R301]"), gdm::Error);
  }
}

TEST_CASE("a gradient that is not finite stops the run in its first step, with the weights it came with") {
  SquaredDistance loss(10);
  loss.targets[3][1] = std::numeric_limits<double>::infinity();
  State state{};
  state.weights.w(0, 0) = 7;
  CHECK_THROWS_WITH_AS(run(loss, state, {}), Contains("training: the loss became"), gdm::Error);
  CHECK(state.weights.w(0, 0) == 7);
  CHECK(state.epoch == 0);
  CHECK(state.step == 0);
}

TEST_CASE("an update that ruins the weights is noticed even when it is the last one of the run") {
  const SquaredDistance loss(10);
  for (const double rate : {1e200, 1e308}) {
    State state{};
    CHECK_THROWS_WITH_AS(run(loss, state, {.epochs = 1, .learning_rate = rate}), Contains("in epoch 1, step 1"),
                         gdm::Error);
    CHECK(state.weights.w.matrix().isZero(0));
    CHECK(state.epoch == 0);
  }
}

TEST_CASE("losses that share their weights take turns: batches hold rows of one of them and all rows are visited") {
  const SquaredDistance left(70, -1), right(45, 1);
  gdm::Trainer<double, Point, SquaredDistance, SquaredDistance> trainer(left, right);
  State state{};
  trainer.run(state, Options{.epochs = 10, .batch_size = 20, .seed = 2, .threads = 1}, no_checkpoint);
  CHECK(state.step == 10 * (4 + 3));
  const auto visits = [](const SquaredDistance& loss) {
    std::vector<int> count(loss.size());
    for (const auto& call : loss.calls)
      for (const auto row : call.rows) ++count[row];
    return std::count(count.begin(), count.end(), 10) == static_cast<std::ptrdiff_t>(loss.size());
  };
  CHECK(visits(left));
  CHECK(visits(right));
  std::set<std::uint32_t> left_steps, right_steps;
  for (const auto& call : left.calls) left_steps.insert(call.id.step);
  for (const auto& call : right.calls) right_steps.insert(call.id.step);
  CHECK(left_steps.size() + right_steps.size() == state.step);
  for (const auto step : left_steps) CHECK(!right_steps.contains(step));
  CHECK(*right_steps.begin() < *left_steps.rbegin() - 20);  // not one after the other
  State again{};
  gdm::Trainer<double, Point, SquaredDistance, SquaredDistance> once_more(left, right);
  once_more.run(again, Options{.epochs = 10, .batch_size = 20, .seed = 2, .threads = 2}, no_checkpoint);
  CHECK(same_bits(state.weights, again.weights));
}

TEST_CASE("the report and what callbacks see agree with the run") {
  const SquaredDistance loss(100);
  State state{};
  gdm::Trainer<double, Point, SquaredDistance> trainer(loss);
  gdm::History history;
  int checkpoints = 0;
  const auto report = trainer.run(
      state,
      Options{
          .epochs = 8, .batch_size = 25, .learning_rate = 0.1, .decay = gdm::Decay::cosine, .warm_up = 0, .threads = 1},
      [&](const State& now) { CHECK(now.epoch == static_cast<std::uint64_t>(++checkpoints)); }, history);
  CHECK(checkpoints == 8);
  CHECK(report.epochs == 8);
  CHECK(report.loss == state.loss);
  CHECK(report.final_loss == report.loss.back());
  CHECK(report.seconds >= 0);
  CHECK(report.loss.back() < report.loss.front());
  REQUIRE(history.epochs.size() == 8);
  for (std::size_t e = 0; e < 8; ++e) {
    CHECK(history.epochs[e].epoch == e + 1);
    CHECK(history.epochs[e].epochs == 8);
    CHECK(history.epochs[e].loss == report.loss[e]);
    const auto last_step = static_cast<std::uint64_t>(4 * e + 3);
    CHECK(history.epochs[e].learning_rate == gdm::learning_rate(gdm::Decay::cosine, 0.1, 0, last_step, 32));
    CHECK(history.epochs[e].rows_per_second > 0);
    if (e > 0) CHECK(history.epochs[e].seconds >= history.epochs[e - 1].seconds);
  }
}
