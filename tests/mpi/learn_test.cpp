// SPDX-License-Identifier: MIT
#include <gdm/mpi/learn.hpp>

#include <doctest/doctest.h>
#include <gdm/optimizer.hpp>
#include <gdm/problems/power_control/defaults.hpp>

#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "job_world.hpp"

namespace {

using doctest::Contains;
using Problem = gdm::PowerControl<3>;
using Optimizer = gdm::GdmOptimizer<Problem, gdm::CosineSchedule<8>, gdm::Mlp<16, 16>>;

Optimizer::LearnOptions options() {
  return {.instances = 150,
          .rounds = 3,
          .samples = 3,
          .refine = 1,
          .polish = 0,
          .baseline = false,
          .epochs = 2,
          .final_epochs = 4,
          .batch_size = 40,
          .seed = 3,
          .threads = 1};
}

/// The run that all others must repeat, on this process alone.
struct Alone {
  Optimizer optimizer;
  gdm::Dataset<Problem> table;
  gdm::LearnReport report;
};
const Alone& alone() {
  static const Alone run = [] {
    Alone a;
    a.table.conditions = gdm::generate<Problem>(150, 1, 1).conditions;
    a.report = a.optimizer.learn(a.table, options());
    return a;
  }();
  return run;
}

bool same_weights(const Optimizer& a, const Optimizer& b) {
  const auto u = a.weights(), v = b.weights();
  return std::memcmp(&u, &v, sizeof u) == 0;
}

void check_same(const gdm::LearnReport& a, const gdm::LearnReport& b) {
  CHECK(a.objective == b.objective);
  CHECK(std::vector<double>(a.sampled.begin() + 1, a.sampled.end()) ==
        std::vector<double>(b.sampled.begin() + 1, b.sampled.end()));  // the first is NaN
  CHECK(a.replaced == b.replaced);
  CHECK(a.afresh == b.afresh);
  CHECK(a.warnings == b.warnings);
  CHECK(a.final_sampled == b.final_sampled);
}

/// Counts the rounds that it sees, and stops after `last`.
struct Counter {
  std::size_t last = 1000;
  int rounds = 0;
  gdm::Flow on_round(const gdm::RoundInfo& info) {
    ++rounds;
    return info.round == last ? gdm::Flow::stop : gdm::Flow::proceed;
  }
};

}  // namespace

TEST_CASE("table, report and weights of learning are those of one process") {
  for (const int threads : {1, 2}) {
    gdm::Dataset<Problem> table;
    table.conditions = alone().table.conditions;
    Optimizer together;
    auto o = options();
    o.threads = threads;
    const auto report = gdm::mpi::learn(job_world(), together, table, o);
    CAPTURE(threads);
    check_same(report, alone().report);
    CHECK(table.solutions == alone().table.solutions);
    CHECK(same_weights(together, alone().optimizer));
  }
}

TEST_CASE("drawn instances, a start from known solutions and a model to go on from make no difference") {
  Optimizer a, b;
  check_same(gdm::mpi::learn(job_world(), a, options()), b.learn(options()));
  CHECK(same_weights(a, b));
  auto known = alone().table, same = known;
  auto on = options();
  on.fine_tune = true;
  check_same(gdm::mpi::learn(job_world(), a, known, on), b.learn(same, on));
  CHECK(known.solutions == same.solutions);
  CHECK(same_weights(a, b));
}

TEST_CASE("callbacks of learning are called on process 0, and their stop is one for all") {
  Counter counter{.last = 2};
  Optimizer optimizer;
  const auto report = gdm::mpi::learn(job_world(), optimizer, options(), counter);
  CHECK(report.objective.size() == 2);
  CHECK(counter.rounds == (job_world().rank() == 0 ? 2 : 0));

  struct {
    gdm::Flow on_round(const gdm::RoundInfo&) { throw std::runtime_error("the plot window was closed"); }
  } broken;
  const auto learn = [&] { gdm::mpi::learn(job_world(), optimizer, options(), broken); };
  if (job_world().rank() == 0) {
    CHECK_THROWS_WITH_AS(learn(), "the plot window was closed", std::runtime_error);
  } else {
    CHECK_THROWS_WITH_AS(learn(), Contains("process 0: the plot window was closed"), gdm::Error);
  }
}

TEST_CASE("a stop that one process is asked for holds for all") {
  // Batch systems signal all processes, but not at the same time: that of process 0 counts.
  const std::atomic<bool> stop{job_world().rank() == 0};
  auto o = options();
  o.stop = &stop;
  Optimizer optimizer;
  CHECK(gdm::mpi::learn(job_world(), optimizer, o).objective.size() == 1);
}

TEST_CASE("training that diverges is tried again on all, or is the same error on all") {
  auto wild = options();
  wild.learning_rate = 1e25;
  Optimizer a, b;
  std::string expected, found;
  try {
    b.learn(wild);
  } catch (const gdm::Error& error) {
    expected = error.what();
  }
  try {
    gdm::mpi::learn(job_world(), a, wild);
  } catch (const gdm::Error& error) {
    found = error.what();
  }
  CHECK(expected.find("[GDM-R301]") != std::string::npos);
  CHECK(expected == found);
}

TEST_CASE("conditions and options that are wrong, or differ, are an error on all") {
  const auto& world = job_world();
  const bool last = world.rank() == world.size() - 1;
  Optimizer optimizer;
  auto o = options();
  if (last) o.rounds = 0;
  CHECK_THROWS_WITH_AS(gdm::mpi::learn(world, optimizer, o), Contains("learn option rounds"), gdm::Error);
  gdm::Dataset<Problem> table;
  table.conditions = alone().table.conditions;
  if (last) table.conditions(5, 0) = -1;
  CHECK_THROWS_WITH_AS(gdm::mpi::learn(world, optimizer, table, options()), Contains("row 5"), gdm::Error);
  if (world.size() > 1) {
    o = options();
    if (last) o.noise = 0.4;
    CHECK_THROWS_WITH_AS(gdm::mpi::learn(world, optimizer, o), Contains("conditions and options"), gdm::Error);
    table = alone().table;
    if (last) table.solutions(5, 0) = 0.123;
    CHECK_THROWS_WITH_AS(gdm::mpi::learn(world, optimizer, table, options()), Contains("solutions to begin with"),
                         gdm::Error);
  }
  CHECK(!optimizer.trained());
}

TEST_CASE("process 0 writes the file of a learning run, which goes on from it on all") {
  const auto& world = job_world();
  const std::string name = "mpi_learn_test." + std::to_string(world.size()) + ".run";
  if (world.rank() == 0) std::filesystem::remove(name);
  MPI_Barrier(world.communicator());
  auto o = options();
  o.checkpoint = world.rank() == 0 ? name : "no/such/folder/" + name;  // the others must not touch it
  for (const std::size_t round : {1U, 2U}) {
    gdm::Dataset<Problem> table;
    table.conditions = alone().table.conditions;
    Optimizer first;
    Counter stop{.last = round};
    CHECK(gdm::mpi::learn(world, first, table, o, stop).objective.size() == round);
  }
  gdm::Dataset<Problem> table;
  table.conditions = alone().table.conditions;
  Optimizer second;
  Counter counter;
  check_same(gdm::mpi::learn(world, second, table, o, counter), alone().report);
  CHECK(counter.rounds == (world.rank() == 0 ? 1 : 0));
  CHECK(table.solutions == alone().table.solutions);
  CHECK(same_weights(second, alone().optimizer));
  o.seed = 4;
  CHECK_THROWS_WITH_AS(gdm::mpi::learn(world, second, table, o), Contains("its seed is \"3\" where this run has \"4\""),
                       gdm::Error);
  MPI_Barrier(world.communicator());
  if (world.rank() == 0) std::filesystem::remove(name);
}
