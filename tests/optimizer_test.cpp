// SPDX-License-Identifier: MIT
#include <gdm/analysis/evaluation.hpp>
#include <gdm/optimizer.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>
#include <gdm/solve.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "data/temporary_folder.hpp"

namespace {

using doctest::Contains;
using Problem = gdm::SumRate<3, 10'000>;
using Condition = Problem::Condition;
using Solution = Problem::Solution;

/// Small enough to be trained in a moment.
using Optimizer = gdm::GdmOptimizer<Problem, gdm::CosineSchedule<8>, gdm::Mlp<16, 16>, gdm::Ddpm>;

/// The same denoiser, sampling another number of columns at a time and counting the columns that it evaluates.
struct NarrowDenoiser : gdm::Mlp<16, 16> {
  static inline std::size_t evaluated = 0;

  template <class S, gdm::DenoiserShape shape>
  struct Network : gdm::Mlp<16, 16>::Network<S, shape> {
    using Base = gdm::Mlp<16, 16>::Network<S, shape>;
    static constexpr int batch = 5;

    template <bool guided, int B>
    static void predict(const typename Base::Parameters& p, const typename Base::Tables& tables, int t,
                        const gdm::Block<S, Base::inputs, B>& y, const typename Base::template Instance<B>& instance,
                        int n, typename Base::template Scratch<B>& scratch, gdm::Block<S, Base::latents, 2 * B>& out) {
      evaluated += static_cast<std::size_t>(guided ? 2 * n : n);
      Base::template predict<guided>(p, tables, t, y, instance, n, scratch, out);
    }
  };
};
using NarrowOptimizer = gdm::GdmOptimizer<Problem, gdm::CosineSchedule<8>, NarrowDenoiser, gdm::Ddpm>;

const gdm::Dataset<Problem>& data() {
  static const auto all = gdm::generate<Problem>(600, 1, 1);
  return all;
}

template <class O>
O trained(std::uint64_t seed = 1, int threads = 1, std::size_t epochs = 30) {
  O optimizer;
  optimizer.train(
      data(),
      {.epochs = epochs, .batch_size = 100, .learning_rate = 5e-3, .p_uncond = 0.1, .seed = seed, .threads = threads});
  return optimizer;
}
const Optimizer& shared() {
  static const Optimizer optimizer = trained<Optimizer>();
  return optimizer;
}

xt::xtensor<double, 2> first_rows(std::size_t n) { return gdm::rows_of(data().conditions, 0, n); }
Solution row(const xt::xtensor<double, 2>& solutions, std::size_t i) { return gdm::row_of<Solution>(solutions, i); }

template <class Parameters>
bool same_weights(const Parameters& a, const Parameters& b) {
  bool same = true;
  Optimizer::Network::visit(
      [&](const std::string&, const auto& u, const auto& v) { same = same && u.matrix() == v.matrix(); }, a, b);
  return same;
}

/// What an optimizer answers, to be compared before and after a failure.
struct Answers {
  bool trained;
  std::vector<Solution> solutions;
  explicit Answers(const Optimizer& optimizer) : trained(optimizer.trained()) {
    for (std::size_t i = 0; trained && i < 5; ++i)
      solutions.push_back(optimizer.solve(data().condition(i), {.seed = i}));
  }
  friend bool operator==(const Answers&, const Answers&) = default;
};

/// `action(optimizer)` throws an error that contains `text`, and changes neither a trained optimizer nor a new one.
template <class Action>
void refused(const std::string& text, const Action& action, bool untrained_too = true) {
  Optimizer optimizer = shared();
  const Answers before(optimizer);
  CAPTURE(text);
  CHECK_THROWS_WITH_AS(action(optimizer), Contains(text.c_str()), gdm::Error);
  CHECK(Answers(optimizer) == before);
  if (!untrained_too) return;
  Optimizer fresh;
  CHECK_THROWS_AS(action(fresh), gdm::Error);
  CHECK(!fresh.trained());
}

}  // namespace

TEST_CASE("a trained optimizer is better than equal power and always feasible") {
  const auto test = gdm::generate<Problem>(500, 2, 1);
  const auto learned = gdm::evaluate(shared(), test);
  xt::xtensor<double, 2> equal = xt::ones<double>({std::size_t{500}, std::size_t{3}}) * (10.0 / 3);
  const auto baseline = gdm::evaluate_solutions(test, equal);
  CHECK(learned.mean_gap < 0.5 * baseline.mean_gap);
  CHECK(learned.feasible_fraction == 1);
}

TEST_CASE("row i of a batch is the solve of row i with seed + i, for any batch size and number of threads") {
  const Optimizer& optimizer = shared();
  for (const Optimizer::SolveOptions& options :
       {Optimizer::SolveOptions{.seed = 7}, Optimizer::SolveOptions{.omega = 0.7, .seed = 8},
        Optimizer::SolveOptions{.samples = 3, .seed = 9},
        Optimizer::SolveOptions{.samples = 30, .omega = 2, .baseline = true, .seed = 10}}) {
    std::vector<Solution> alone;
    for (std::size_t i = 0; i < 100; ++i) {
      auto one = options;
      one.seed += i;
      alone.push_back(optimizer.solve(data().condition(i), one));
    }
    for (const int threads : {1, 2}) {
      for (const std::size_t n : {1U, 2U, 5U, 23U, 24U, 25U, 49U, 100U}) {
        auto many = options;
        many.threads = threads;
        const auto solutions = optimizer.solve_batch(first_rows(n), many);
        REQUIRE(solutions.shape(0) == n);
        std::size_t different = 0;
        for (std::size_t i = 0; i < n; ++i) different += row(solutions, i) == alone[i] ? 0 : 1;
        CHECK(different == 0);
      }
    }
  }
  CHECK(optimizer.solve_batch(first_rows(0)).shape(0) == 0);
}

TEST_CASE("answers do not depend on how many columns the sampler works on at a time") {
  const auto narrow = trained<NarrowOptimizer>();
  REQUIRE(same_weights(narrow.weights(), shared().weights()));
  for (std::size_t i = 0; i < 20; ++i) {
    const auto x = data().condition(i);
    for (const std::size_t samples : {1U, 4U, 5U, 6U, 24U, 25U, 60U}) {
      CHECK(narrow.solve(x, {.samples = samples, .omega = 0.5, .seed = i}) ==
            shared().solve(x, {.samples = samples, .omega = 0.5, .seed = i}));
    }
  }
  CHECK(narrow.solve_batch(first_rows(77), {.seed = 3}) == shared().solve_batch(first_rows(77), {.seed = 3}));
}

TEST_CASE("defect 2 of the reference: an instance's answer does not depend on the others in its batch") {
  auto conditions = first_rows(30);
  const auto before = shared().solve_batch(conditions, {.omega = 1, .seed = 5});
  for (std::size_t i = 0; i < 30; ++i) {
    if (i == 11) continue;
    gdm::set_row(conditions, i, Condition(1e-3, 40, 1e5, 0.1));
  }
  const auto after = shared().solve_batch(conditions, {.omega = 1, .seed = 5});
  CHECK(row(before, 11) == row(after, 11));
  CHECK(row(before, 12) != row(after, 12));
}

TEST_CASE("the best of N samples never falls with N and is made of the samples of smaller N") {
  bool several = false;
  for (std::size_t i = 0; i < 10; ++i) {
    const auto x = data().condition(i);
    double best = 0;
    Solution answer = Solution::Zero();
    for (std::size_t n = 1; n <= 60; ++n) {
      const Solution y = shared().solve(x, {.samples = n, .seed = 3});
      const double value = Problem::objective(x, y);
      CHECK(value >= best);
      if (value == best) CHECK(y == answer);  // a new sample that is not better changes nothing
      several = several || (n > 30 && value > best);
      best = value;
      answer = y;
    }
    CHECK(best <= Problem::objective(x, Problem::optimal(x)) * (1 + 1e-12));
  }
  CHECK(several);  // samples of the second and third batch count
}

namespace {

/// A problem whose baseline is not its optimum.
struct EqualBaseline : Problem {
  static Solution baseline(const Condition& x) { return equal_power(x); }
};

}  // namespace

TEST_CASE("the baseline is one more candidate and wins only where it is better") {
  gdm::GdmOptimizer<EqualBaseline, gdm::CosineSchedule<8>, gdm::Mlp<16, 16>> poor;
  poor.train({data().conditions, data().solutions}, {.epochs = 1, .batch_size = 600, .threads = 1});
  bool won = false, lost = false;
  for (std::size_t i = 0; i < 50; ++i) {
    const auto x = data().condition(i);
    const double plain = Problem::objective(x, poor.solve(x, {.seed = i}));
    const double equal = Problem::objective(x, EqualBaseline::baseline(x));
    const double both = Problem::objective(x, poor.solve(x, {.baseline = true, .seed = i}));
    CHECK(both == std::max(plain, equal));
    won = won || equal > plain;
    lost = lost || equal < plain;
  }
  CHECK(won);
  CHECK(lost);
}

TEST_CASE("a trajectory starts at noise, ends at the answer and is feasible all along") {
  for (const double omega : {0.0, 1.5}) {
    const auto x = data().condition(4);
    const auto path = shared().trajectory(x, {.omega = omega, .seed = 11});
    REQUIRE(path.objective.shape(0) == 9);
    REQUIRE(path.solutions.shape(0) == 9);
    CHECK(row(path.solutions, 8) == shared().solve(x, {.omega = omega, .seed = 11}));
    for (std::size_t k = 0; k < 9; ++k) {
      CHECK(path.objective(k) == Problem::objective(x, row(path.solutions, k)));
      CHECK(Problem::violation(x, row(path.solutions, k)) <= 1e-9);
    }
    const auto same_noise = shared().trajectory(x, {.omega = 0.25, .seed = 11});
    CHECK(row(same_noise.solutions, 0) == row(path.solutions, 0));  // guidance has had no say yet
  }
}

TEST_CASE("guidance of zero costs half and leaves the unconditional branch alone") {
  const auto narrow = trained<NarrowOptimizer>();
  const auto evaluated = [&](double omega, std::size_t samples) {
    NarrowDenoiser::evaluated = 0;
    (void)narrow.solve(data().condition(0), {.samples = samples, .omega = omega});
    return NarrowDenoiser::evaluated;
  };
  CHECK(evaluated(0, 1) == 8);
  CHECK(evaluated(0.5, 1) == 16);
  CHECK(evaluated(0, 7) == 56);
  CHECK(evaluated(3, 7) == 112);
  NarrowDenoiser::evaluated = 0;
  (void)narrow.solve_batch(first_rows(13), {.threads = 1});
  CHECK(NarrowDenoiser::evaluated == 13 * 8);
}

TEST_CASE("guidance changes the answer continuously, and any weight allowed keeps it feasible") {
  const auto x = data().condition(2);
  const Solution plain = shared().solve(x, {.omega = 0, .seed = 1});
  CHECK((shared().solve(x, {.omega = 1e-7, .seed = 1}) - plain).norm() <= 1e-4);
  CHECK(shared().solve(x, {.omega = 5, .seed = 1}) != plain);
  for (const double omega : {1.0, 500.0, 10'000.0}) {
    for (std::uint64_t seed = 0; seed < 10; ++seed)
      CHECK(Problem::violation(x, shared().solve(x, {.omega = omega, .seed = seed})) <= 1e-9);
  }
}

TEST_CASE("a permuted condition gives the permuted answer bit for bit") {
  for (std::size_t i = 0; i < 20; ++i) {
    const auto x = data().condition(i);
    const Condition moved(x[2], x[0], x[1], x[3]);
    const Solution y = shared().solve(x, {.samples = 3, .omega = 0.5, .seed = i});
    CHECK(shared().solve(moved, {.samples = 3, .omega = 0.5, .seed = i}) == Solution(y[2], y[0], y[1]));
  }
}

TEST_CASE("the same seed trains the same bits for one and two threads, another seed does not") {
  const auto one = trained<Optimizer>(1, 1, 4), two = trained<Optimizer>(1, 2, 4);
  CHECK(same_weights(one.weights(), two.weights()));
  CHECK(!same_weights(one.weights(), trained<Optimizer>(2, 1, 4).weights()));
  const auto x = data().condition(0);
  CHECK(one.solve(x, {.seed = 4}) == two.solve(x, {.seed = 4}));
  CHECK(one.solve(x, {.seed = 4}) != one.solve(x, {.seed = 5}));
}

TEST_CASE("training reports a falling loss, and callbacks can watch and stop it") {
  Optimizer optimizer;
  gdm::History history;
  const auto report = optimizer.train(data(), {.epochs = 12, .batch_size = 100, .learning_rate = 5e-3, .threads = 1},
                                      history, gdm::EarlyStop{.patience = 100});
  CHECK(report.epochs == 12);
  CHECK(history.epochs.size() == 12);
  CHECK(report.loss.size() == 12);
  CHECK(report.final_loss == history.epochs.back().loss);
  CHECK(report.final_loss < 0.8 * report.loss.front());
  struct StopAtThree {
    gdm::Flow on_epoch(const gdm::EpochInfo& info) { return info.epoch == 3 ? gdm::Flow::stop : gdm::Flow::proceed; }
  };
  const auto stopped = optimizer.train(data(), {.epochs = 12, .batch_size = 100, .threads = 1}, StopAtThree{});
  CHECK(stopped.epochs == 3);
}

TEST_CASE("copies share a model that training the other one does not change") {
  Optimizer original = shared();
  const Optimizer copy = original;
  CHECK(same_weights(copy.weights(), original.weights()));
  original.train(data(), {.epochs = 1, .threads = 1});
  CHECK(Answers(copy) == Answers(shared()));
  CHECK(!(Answers(original) == Answers(copy)));
}

TEST_CASE("a saved optimizer answers with the same bits after loading") {
  const gdm_test::TemporaryFolder folder;
  shared().save(folder / "model.safetensors");
  const Optimizer restored = Optimizer::load(folder / "model.safetensors");
  CHECK(same_weights(restored.weights(), shared().weights()));
  CHECK(restored.solve_batch(data().conditions, {.omega = 0.5, .seed = 1}) ==
        shared().solve_batch(data().conditions, {.omega = 0.5, .seed = 1}));
}

TEST_CASE("nothing is answered or saved before training") {
  const Optimizer optimizer;
  const auto x = data().condition(0);
  const gdm_test::TemporaryFolder folder;
  CHECK(!optimizer.trained());
  CHECK_THROWS_WITH_AS((void)optimizer.solve(x), Contains("solve: there are no weights yet"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)optimizer.solve_batch(first_rows(2)), Contains("[GDM-R221]"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)optimizer.trajectory(x), Contains("[GDM-R221]"), gdm::Error);
  CHECK_THROWS_WITH_AS(optimizer.save(folder / "model"), Contains("[GDM-R221]"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)optimizer.weights(), Contains("[GDM-R221]"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::evaluate(optimizer, data()), Contains("[GDM-R221]"), gdm::Error);
  CHECK(!std::filesystem::exists(folder / "model"));
}

TEST_CASE("a senseless condition is refused by element and value, in a batch by row, and changes nothing") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const auto with = [&](int element, double value) {
    Condition x = data().condition(0);
    x[element] = value;
    return x;
  };
  refused("element 1 is nan", [&](const Optimizer& o) { (void)o.solve(with(1, nan)); });
  refused("[GDM-R202]", [&](const Optimizer& o) { (void)o.solve(with(3, infinity)); });
  refused("[GDM-R202]", [&](const Optimizer& o) { (void)o.solve(with(0, -1)); });
  refused("[GDM-R202]", [&](const Optimizer& o) { (void)o.solve(with(3, 0)); });
  refused("[GDM-R202]", [&](const Optimizer& o) { (void)o.trajectory(with(2, nan)); });
  auto conditions = first_rows(40);
  conditions(29, 2) = -infinity;
  refused("solve_batch row 29: ", [&](const Optimizer& o) { (void)o.solve_batch(conditions); });
  refused("element 2 is -inf", [&](const Optimizer& o) { (void)o.solve_batch(conditions); });
}

TEST_CASE("options out of range are refused by name") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto x = data().condition(0);
  const auto solve = [&](const Optimizer::SolveOptions& options) {
    return [&x, options](const Optimizer& o) { (void)o.solve(x, options); };
  };
  refused("solve option samples: it is 0", solve({.samples = 0}));
  refused("solve option samples: it is 1000001", solve({.samples = 1'000'001}));
  refused("solve option omega: it is -0.1", solve({.omega = -0.1}));
  refused("solve option omega: it is 10001", solve({.omega = 10'001}));
  refused("solve option omega: it is nan", solve({.omega = nan}));
  refused("solve option threads: it is -1", solve({.threads = -1}));
  refused("[GDM-R201]", [&](const Optimizer& o) { (void)o.solve_batch(first_rows(2), {.omega = -1}); });
  refused("[GDM-R201]", [&](const Optimizer& o) { (void)o.trajectory(x, {.samples = 0}); });
  refused("train option epochs: it is 0", [](Optimizer& o) { o.train(data(), {.epochs = 0}); });
  refused("train option batch_size: it is 0", [](Optimizer& o) { o.train(data(), {.batch_size = 0}); });
  refused("train option learning_rate: it is -1", [](Optimizer& o) { o.train(data(), {.learning_rate = -1}); });
  refused("train option p_uncond: it is 1", [](Optimizer& o) { o.train(data(), {.p_uncond = 1}); });
}

TEST_CASE("data that cannot be trained on are refused and change nothing") {
  using Data = gdm::Dataset<Problem>;
  refused("[GDM-R211]", [](Optimizer& o) { o.train(Data{}); });
  auto bad = data();
  bad.solutions = gdm::rows_of(data().solutions, 0, 599);
  refused("600 conditions and 599 solutions", [&](Optimizer& o) { o.train(bad); });
  bad = data();
  bad.conditions = bad.solutions;
  refused("[GDM-R212]", [&](Optimizer& o) { o.train(bad); });
  bad = data();
  bad.conditions(17, 1) = std::numeric_limits<double>::quiet_NaN();
  refused("dataset row 17: ", [&](Optimizer& o) { o.train(bad); });
  bad = data();
  bad.solutions(3, 0) = std::numeric_limits<double>::infinity();
  refused("dataset row 3: ", [&](Optimizer& o) { o.train(bad); });
  refused("[GDM-R212]", [](const Optimizer& o) { (void)o.solve_batch(data().solutions); });
  refused("[GDM-R212]", [](const Optimizer& o) { (void)o.solve_batch({}); });
}

TEST_CASE("files that hold no model of this optimizer are refused and change nothing") {
  const gdm_test::TemporaryFolder folder;
  std::ofstream(folder / "text") << "not a model";
  std::ofstream(folder / "empty").flush();
  using Other = gdm::GdmOptimizer<Problem, gdm::CosineSchedule<9>, gdm::Mlp<16, 16>>;
  Other other;
  other.train(data(), {.epochs = 1, .threads = 1});
  other.save(folder / "other");
  const auto load = [&](const char* name) { return [&, name](Optimizer& o) { o = Optimizer::load(folder / name); }; };
  refused("[GDM-R401]", load("missing"));
  refused("[GDM-R402]", load("text"));
  refused("[GDM-R402]", load("empty"));
  refused("[GDM-R403]", load("other"));
  refused("schedule", load("other"));
}

TEST_CASE("divergence names epoch and step, and leaves the weights of before or of the last good epoch") {
  refused("[GDM-R301]", [](Optimizer& o) { o.train(data(), {.epochs = 3, .learning_rate = 1e30, .threads = 1}); });
  refused("in epoch 1, step ",
          [](Optimizer& o) { o.train(data(), {.epochs = 3, .learning_rate = 1e30, .threads = 1}); });
  refused("in epoch 1, step 1", [](Optimizer& o) {
    o.train(data(), {.epochs = 1, .batch_size = 600, .learning_rate = 1e30, .warm_up = 0, .threads = 1});
  });

  // One step an epoch: the first one is too long, but the damage is not beyond numbers before the second.
  Optimizer optimizer;
  gdm::History history;
  CHECK_THROWS_WITH_AS(optimizer.train(data(),
                                       {.epochs = 5,
                                        .batch_size = 600,
                                        .learning_rate = 1e12,
                                        .decay = gdm::Decay::constant,
                                        .warm_up = 0,
                                        .threads = 1},
                                       history),
                       Contains("in epoch 2, step 2. "), gdm::Error);
  CHECK(history.epochs.size() == 1);
  REQUIRE(optimizer.trained());
  for (std::size_t i = 0; i < 10; ++i) {
    const auto x = data().condition(i);
    CHECK(Problem::violation(x, optimizer.solve(x)) <= 1e-9);
  }
}

namespace {

/// A tensor of a model's file.
std::vector<double> tensor(const Optimizer& optimizer, const char* name) {
  const gdm_test::TemporaryFolder folder;
  optimizer.save(folder / "model");
  const auto file = gdm::TensorFile::read(folder / "model");
  const gdm::TensorEntry* const entry = file.find(name);
  REQUIRE(entry != nullptr);
  std::vector<double> values(file.view(*entry).bytes.size() / sizeof(double));
  file.copy<double>(name, entry->shape, std::span<double>(values));
  return values;
}
/// A statistic of the codec in the problem's units: mean + deviation * units.
std::vector<double> physical(const Optimizer& optimizer, const std::string& part, const char* name) {
  auto values = tensor(optimizer, (part + name).c_str());
  const auto mean = tensor(optimizer, (part + ".mean").c_str());
  const auto deviation = tensor(optimizer, (part + ".deviation").c_str());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = mean[i] + deviation[i] * values[i];
  return values;
}

/// Instances with gains of another range than those that were trained on.
gdm::Dataset<Problem> stronger() {
  auto rows = gdm::generate<Problem>(200, 9, 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Condition x = rows.condition(i);
    x.head<3>() *= 0.2;
    gdm::set_row(rows.conditions, i, x);
    gdm::set_row(rows.solutions, i, Problem::optimal(x));
  }
  return rows;
}

}  // namespace

TEST_CASE("fine tuning goes on from the weights that there are, and not from new ones") {
  Optimizer still = shared();
  still.train(data(), {.epochs = 1, .learning_rate = 1e-12, .ema_decay = 0, .fine_tune = true, .threads = 1});
  const auto then = shared().weights(), tuned = still.weights();
  Optimizer::Network::visit(
      [&](const std::string&, const auto& before, const auto& after) {
        CHECK((before.matrix() - after.matrix()).cwiseAbs().maxCoeff() <= 1e-6F);
      },
      then, tuned);

  Optimizer on = shared(), fresh;
  const Optimizer::TrainOptions options{.epochs = 2, .batch_size = 100, .learning_rate = 1e-3, .threads = 1};
  auto going_on = options;
  going_on.fine_tune = true;
  const auto report = on.train(data(), going_on);
  CHECK(report.loss.front() < 0.9 * fresh.train(data(), options).loss.front());
  Optimizer again = shared();
  going_on.threads = 2;
  again.train(data(), going_on);
  CHECK(same_weights(on.weights(), again.weights()));
  refused("train with fine_tune: there are no weights yet", [&](Optimizer& o) {
    if (o.trained()) throw gdm::Error(gdm::Errc::not_trained, "train with fine_tune", "there are no weights yet", "-");
    o.train(data(), going_on);
  });
}

TEST_CASE("fine tuning keeps the codec's mean and deviation, and widens its range to what it has seen") {
  Optimizer optimizer = shared();
  const auto other = stronger();
  optimizer.train(other, {.epochs = 1, .fine_tune = true, .threads = 1});
  Optimizer alone;
  alone.train(other, {.epochs = 1, .threads = 1});
  for (const std::string part : {"features", "latents"}) {
    CAPTURE(part);
    for (const char* const kept : {".mean", ".deviation"})
      CHECK(tensor(optimizer, (part + kept).c_str()) == tensor(shared(), (part + kept).c_str()));
    const auto low = physical(optimizer, part, ".lowest"), high = physical(optimizer, part, ".highest");
    const auto low_then = physical(shared(), part, ".lowest"), high_then = physical(shared(), part, ".highest");
    const auto low_seen = physical(alone, part, ".lowest"), high_seen = physical(alone, part, ".highest");
    for (std::size_t i = 0; i < low.size(); ++i) {
      CHECK(low[i] == doctest::Approx(std::min(low_then[i], low_seen[i])).epsilon(1e-9));
      CHECK(high[i] == doctest::Approx(std::max(high_then[i], high_seen[i])).epsilon(1e-9));
    }
  }
  CHECK(physical(optimizer, "features", ".highest") != physical(shared(), "features", ".highest"));
}

TEST_CASE("rows of weight 0 teach nothing, and weights of 1 change no bit") {
  auto rows = data();
  rows.weights = xt::ones<double>({rows.size()});
  const auto train = [](const gdm::Dataset<Problem>& on) {
    Optimizer o;
    o.train(on, {.epochs = 30, .batch_size = 100, .learning_rate = 5e-3, .seed = 1, .threads = 1});
    return o;
  };
  CHECK(same_weights(train(rows).weights(), train(data()).weights()));
  for (std::size_t i = 0; i < rows.size(); i += 2) {  // labels that are as wrong as they can be
    Solution worst = Solution::Zero();
    Eigen::Index weakest = 0;
    rows.condition(i).head<3>().minCoeff(&weakest);
    worst[weakest] = 10;
    gdm::set_row(rows.solutions, i, worst);
    rows.weights(i) = 0;
  }
  const auto unweighted = [&] {
    auto plain = rows;
    plain.weights = {};
    return plain;
  }();
  const double good = gdm::evaluate(train(rows), data()).mean_gap;
  CHECK(good < 0.2 * gdm::evaluate(train(unweighted), data()).mean_gap);
  CHECK(good < 8e-4);  // half of equal power's
  const auto [head, tail] = gdm::split(rows, 0.5);
  CHECK(head.weights.size() == head.size());
  CHECK(tail.weights(1) == rows.weights(head.size() + 1));
}

TEST_CASE("weights that weigh nothing are refused") {
  auto rows = data();
  rows.weights = xt::zeros<double>({rows.size()});
  refused("dataset weights: all are 0", [&](Optimizer& o) { o.train(rows); });
  rows.weights(5) = -1;
  refused("dataset row 5: its weight is -1", [&](Optimizer& o) { o.train(rows); });
  rows.weights(5) = std::numeric_limits<double>::quiet_NaN();
  refused("dataset row 5: its weight is nan", [&](Optimizer& o) { o.train(rows); });
  rows.weights = xt::ones<double>({std::size_t{7}});
  refused("7 weights for 600 rows", [&](Optimizer& o) { o.train(rows); });
}

TEST_CASE("a model's file tells that guidance was never trained, and fine tuning does not forget that it was") {
  const gdm_test::TemporaryFolder folder;
  const auto x = data().condition(0);
  const auto guided = [&](const Optimizer& o) { (void)o.solve(x, {.omega = 1}); };
  Optimizer optimizer;
  optimizer.train(data(), {.epochs = 1, .p_uncond = 0, .threads = 1});
  CHECK_THROWS_WITH_AS(guided(optimizer), Contains("[GDM-R201]"), gdm::Error);
  optimizer.save(folder / "without");
  CHECK_THROWS_WITH_AS(guided(Optimizer::load(folder / "without")), Contains("p_uncond = 0"), gdm::Error);
  CHECK(Optimizer::load(folder / "without").solve(x, {.seed = 3}) == optimizer.solve(x, {.seed = 3}));
  optimizer.train(data(), {.epochs = 1, .p_uncond = 0, .fine_tune = true, .threads = 1});
  CHECK_THROWS_AS(guided(optimizer), gdm::Error);
  optimizer.train(data(), {.epochs = 1, .p_uncond = 0.1, .fine_tune = true, .threads = 1});
  CHECK_NOTHROW(guided(optimizer));
  optimizer.train(data(), {.epochs = 1, .p_uncond = 0, .fine_tune = true, .threads = 1});
  CHECK_NOTHROW(guided(optimizer));
  optimizer.save(folder / "with");
  CHECK_NOTHROW(guided(Optimizer::load(folder / "with")));
}

TEST_CASE("a solver without trainer reads the same file, and answers with the same bits") {
  const gdm_test::TemporaryFolder folder;
  shared().save(folder / "model");
  const auto solver =
      gdm::GdmSolver<Problem, gdm::CosineSchedule<8>, gdm::Mlp<16, 16>, gdm::Ddpm>::load(folder / "model");
  CHECK(solver.solve_batch(first_rows(30), {.samples = 2, .omega = 0.5, .seed = 1}) ==
        shared().solve_batch(first_rows(30), {.samples = 2, .omega = 0.5, .seed = 1}));
}
