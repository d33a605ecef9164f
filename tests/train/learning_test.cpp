// SPDX-License-Identifier: MIT
#include <gdm/train/learning.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>
#include <vector>

#include "../data/temporary_folder.hpp"
#include "loads.hpp"

using gdm_test::answers;
using gdm_test::Loads;
using gdm_test::Optimizer;
using gdm_test::options;
using gdm_test::Options;
using gdm_test::StopAfter;

TEST_CASE("learning without labels comes near the optimum, and the table near it too") {
  Optimizer optimizer;
  gdm::Dataset<Loads> table;
  table.conditions.resize({200, 2});
  gdm::RandomStream rng(5);
  for (std::size_t i = 0; i < 200; ++i) gdm::set_row(table.conditions, i, Loads::draw(rng));
  const gdm::LearnReport report = optimizer.learn(table, options(1));
  REQUIRE(report.objective.size() == 3);
  CHECK(report.objective.back() <= report.objective.front());
  double optimum = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    const auto x = table.condition(i);
    optimum += std::pow(std::sqrt(x[0]) + std::sqrt(x[1]), 2) / 200;  // Cauchy and Schwarz
    CHECK(Loads::violation(x, table.solution(i)) <= 1e-9);
  }
  CHECK(report.objective.back() >= optimum * (1 - 1e-12));
  CHECK(report.objective.back() <= optimum * 1.005);
}

TEST_CASE("learning has the same bits on one thread and on two") {
  Optimizer one, two;
  const auto a = one.learn(options(1)), b = two.learn(options(2));
  CHECK(a.objective == b.objective);
  CHECK(answers(one) == answers(two));
}

TEST_CASE("a run that stopped in any round goes on to the same bits") {
  Optimizer whole;
  const auto expected = whole.learn(options(1));
  for (const std::size_t round : {1U, 2U}) {
    const gdm_test::TemporaryFolder folder;
    Options with_file = options(1);
    with_file.checkpoint = folder / "run";
    Optimizer first, second;
    CHECK(first.learn(with_file, StopAfter{round}).objective.size() == round);
    CHECK(second.learn(with_file).objective == expected.objective);
    CHECK(answers(second) == answers(whole));
    Options other = with_file;
    other.seed = 4;
    CHECK_THROWS_WITH_AS((void)second.learn(other), doctest::Contains("its seed is \"3\" where this run has \"4\""),
                         gdm::Error);
  }
}

TEST_CASE("a stop that is asked for ends the run after the round, in a file that goes on") {
  const gdm_test::TemporaryFolder folder;
  const std::atomic<bool> stop{true};
  Options o = options(1);
  o.checkpoint = folder / "run";
  o.stop = &stop;
  Optimizer whole, part;
  const auto expected = whole.learn(options(1));
  CHECK(part.learn(o).objective.size() == 1);
  CHECK(part.learn(o).objective.size() == 2);
  o.stop = nullptr;
  CHECK(part.learn(o).objective == expected.objective);
  CHECK(answers(part) == answers(whole));
}

TEST_CASE("learning goes on from the weights that there are, also in its last round") {
  Optimizer optimizer;
  const auto first = optimizer.learn(options(1));
  Options today = options(1);
  today.instances = 20;  // far too few to train anew
  today.rounds = 1;
  today.final_epochs = 2;
  today.seed = 8;
  today.fine_tune = true;
  const auto report = optimizer.learn(today);
  CHECK(report.afresh.empty());
  CHECK(std::isfinite(report.sampled[0]));
  CHECK(report.final_sampled <= report.sampled[0]);
  CHECK(report.final_sampled <= report.objective[0] * 1.05);
  Optimizer none;
  CHECK_THROWS_WITH_AS((void)none.learn(today), doctest::Contains("[GDM-R221]"), gdm::Error);
}

namespace {

/// Loads with a baseline that is the optimum, a label that must not be read, and a bound that must not be computed.
struct Counted : Loads {
  static inline int baselines = 0, labels = 0, bounds = 0;
  static Solution baseline(const Condition& x) {
    ++baselines;
    const Solution root = x.cwiseSqrt();
    return project(x, root / root.sum());
  }
  static Solution optimal(const Condition& x) {
    ++labels;
    return baseline(x);
  }
  static double bound(const Condition& x) {
    ++bounds;
    return objective(x, baseline(x));
  }
};

}  // namespace

TEST_CASE("labels and bounds are never asked for, the baseline once an instance or not at all") {
  gdm::GdmOptimizer<Counted, gdm::Mlp<16, 16>> optimizer;
  const auto learn = [&](bool baseline) {
    return optimizer.learn({.instances = 50,
                            .rounds = 2,
                            .samples = 2,
                            .refine = 0,
                            .polish = 0,
                            .baseline = baseline,
                            .epochs = 1,
                            .final_epochs = 1,
                            .batch_size = 50,
                            .threads = 1});
  };
  const double with_baseline = learn(true).objective[0];
  CHECK(Counted::baselines == 50);
  CHECK(learn(false).objective[0] > with_baseline);
  CHECK(Counted::baselines == 50);
  CHECK(Counted::labels == 0);
  CHECK(Counted::bounds == 0);
}

namespace {

/// Loads whose objective is no number for light loads.
struct Undefined : Loads {
  static double objective(const Condition& x, const Solution& y) {
    return Loads::objective(x, y) + std::log(x[0] < 0.2 ? -1.0 : 1.0);
  }
};

}  // namespace

TEST_CASE("learning refuses an instance without an objective by its number") {
  gdm::GdmOptimizer<Undefined, gdm::Mlp<16, 16>> optimizer;
  gdm::Dataset<Undefined> table;
  table.conditions = {{1, 2}, {3, 4}, {0.1, 1}, {0.1, 2}};
  for (const int threads : {1, 2}) {
    CHECK_THROWS_WITH_AS(
        (void)optimizer.learn(table, {.rounds = 1, .samples = 2, .threads = threads}),
        doctest::Contains("learning, instance 2: the objective of every candidate is nan. Make it a number"),
        gdm::Error);
  }
  CHECK(table.solutions.shape(0) == 0);
  CHECK(!optimizer.trained());
}

TEST_CASE("options of learning out of their range are named") {
  Optimizer optimizer;
  const auto refused = [&](auto change, const char* name) {
    Options o = options(1);
    change(o);
    CHECK_THROWS_WITH_AS((void)optimizer.learn(o), doctest::Contains((std::string("learn option ") + name).c_str()),
                         gdm::Error);
  };
  refused([](Options& o) { o.instances = 0; }, "instances");
  refused([](Options& o) { o.rounds = 0; }, "rounds");
  refused([](Options& o) { o.samples = 0; }, "samples");
  refused([](Options& o) { o.refine = 10'001; }, "refine");
  refused([](Options& o) { o.polish = 10'001; }, "polish");
  refused([](Options& o) { o.noise = 0; }, "noise");
  refused([](Options& o) { o.epochs = 0; }, "epochs");
  refused([](Options& o) { o.final_epochs = 0; }, "final_epochs");
  refused([](Options& o) { o.batch_size = 0; }, "batch_size");
  refused([](Options& o) { o.learning_rate = -1; }, "learning_rate");
  refused([](Options& o) { o.threads = -1; }, "threads");
  CHECK(!optimizer.trained());
}
