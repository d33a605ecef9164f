// SPDX-License-Identifier: MIT
#include <gdm/mpi.hpp>
#include <gdm/optimizer.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "job_world.hpp"

namespace {

using doctest::Contains;
using Problem = gdm::SumRate<3, 10'000>;
using Optimizer = gdm::GdmOptimizer<Problem, gdm::CosineSchedule<8>, gdm::Mlp<32, 32>>;

const gdm::Dataset<Problem>& data() {
  static const auto rows = gdm::generate<Problem>(900, 1, 1);
  return rows;
}

bool same_weights(const Optimizer& a, const Optimizer& b) {
  const auto u = a.weights(), v = b.weights();
  return std::memcmp(&u, &v, sizeof u) == 0;
}

/// Counts the epochs that it sees, and stops after `last`.
struct Counter {
  std::size_t last = 1000;
  int epochs = 0;
  gdm::Flow on_epoch(const gdm::EpochInfo& info) {
    ++epochs;
    return info.epoch == last ? gdm::Flow::stop : gdm::Flow::proceed;
  }
};

}  // namespace

TEST_CASE("instances and labels are those of one process") {
  const auto all = gdm::mpi::generate<Problem>(job_world(), 900, 1);
  CHECK(all.conditions == data().conditions);
  CHECK(all.solutions == data().solutions);
  CHECK_THROWS_WITH_AS((void)gdm::mpi::generate<Problem>(job_world(), 0, 1), Contains("[GDM-R211]"), gdm::Error);
  if (job_world().size() > 1) {
    const auto seed = static_cast<std::uint64_t>(job_world().rank());
    CHECK_THROWS_WITH_AS((void)gdm::mpi::generate<Problem>(job_world(), 5, seed),
                         Contains("seed: process 1 has others"), gdm::Error);
  }
}

TEST_CASE("weights and losses are those of one process, for batches of any number of shards") {
  for (const std::size_t batch : {40U, 200U, 512U, 900U}) {
    Optimizer alone;
    const auto report = alone.train(data(), {.epochs = 3, .batch_size = batch, .seed = 4, .threads = 1});
    for (const int threads : {1, 2}) {
      Optimizer together;
      const auto found = gdm::mpi::train(job_world(), together, data(),
                                         {.epochs = 3, .batch_size = batch, .seed = 4, .threads = threads});
      CAPTURE(batch);
      CAPTURE(threads);
      CHECK(same_weights(alone, together));
      CHECK(report.loss == found.loss);
      CHECK(found.epochs == 3);
    }
  }
}

TEST_CASE("callbacks are called on process 0, and their stop is one for all") {
  Counter counter{.last = 2};
  Optimizer optimizer;
  const auto report = gdm::mpi::train(job_world(), optimizer, data(), {.epochs = 9, .batch_size = 200}, counter);
  CHECK(report.epochs == 2);
  CHECK(counter.epochs == (job_world().rank() == 0 ? 2 : 0));

  struct {
    gdm::Flow on_epoch(const gdm::EpochInfo&) { throw std::runtime_error("the plot window was closed"); }
  } broken;
  const auto train = [&] { gdm::mpi::train(job_world(), optimizer, data(), {.epochs = 9, .batch_size = 200}, broken); };
  if (job_world().rank() == 0) {
    CHECK_THROWS_WITH_AS(train(), "the plot window was closed", std::runtime_error);
  } else {
    CHECK_THROWS_WITH_AS(train(), Contains("process 0: the plot window was closed"), gdm::Error);
  }
}

TEST_CASE("a loss that diverges is the same error on all, and the same weights are left") {
  gdm::Dataset<Problem> large = data();
  Optimizer alone, together;
  const Optimizer::TrainOptions options{.epochs = 50, .batch_size = 200, .learning_rate = 1e25, .clip_norm = 1e30};
  std::string expected, found;
  try {
    alone.train(large, options);
  } catch (const gdm::Error& error) {
    expected = error.what();
  }
  try {
    gdm::mpi::train(job_world(), together, large, options);
  } catch (const gdm::Error& error) {
    found = error.what();
  }
  CHECK(expected.find("[GDM-R301]") != std::string::npos);
  CHECK(expected == found);
  CHECK(alone.trained() == together.trained());
}

TEST_CASE("data and options that are wrong, or differ, are an error on all") {
  const auto& world = job_world();
  const bool last = world.rank() == world.size() - 1;
  Optimizer optimizer;
  gdm::Dataset<Problem> rows = data();
  if (last) rows.conditions(5, 0) = -1;
  CHECK_THROWS_WITH_AS(gdm::mpi::train(world, optimizer, rows), Contains("dataset row 5"), gdm::Error);
  if (world.size() > 1) {
    rows = data();
    if (last) rows.conditions(5, 0) *= 1.001;
    CHECK_THROWS_WITH_AS(gdm::mpi::train(world, optimizer, rows, {.epochs = 1}), Contains("[GDM-R501]"), gdm::Error);
    const std::uint64_t seed = last ? 2 : 1;
    CHECK_THROWS_WITH_AS(gdm::mpi::train(world, optimizer, data(), {.epochs = 1, .seed = seed}),
                         Contains("rows and options"), gdm::Error);
  }
  CHECK(!optimizer.trained());
}

TEST_CASE("process 0 writes the checkpoint; a run goes on from it on all") {
  const auto& world = job_world();
  const std::string name = "mpi_train_test." + std::to_string(world.size()) + ".ckpt";
  if (world.rank() == 0) std::filesystem::remove(name);
  MPI_Barrier(world.communicator());
  // The others have no such folder: they must not touch it.
  const std::filesystem::path path = world.rank() == 0 ? name : "no/such/folder/" + name;
  const auto options = [&](const std::filesystem::path& checkpoint) {
    return Optimizer::TrainOptions{
        .epochs = 6, .batch_size = 200, .seed = 4, .checkpoint = checkpoint, .checkpoint_epochs = 1};
  };
  Optimizer whole, first, second;
  whole.train(data(), options({}));
  Counter stop{.last = 2};
  gdm::mpi::train(world, first, data(), options(path), stop);
  CHECK(!same_weights(whole, first));
  Counter counter;
  const auto report = gdm::mpi::train(world, second, data(), options(path), counter);
  CHECK(same_weights(whole, second));
  CHECK(report.loss.size() == 6);
  CHECK(counter.epochs == (world.rank() == 0 ? 4 : 0));
  auto other = options(path);
  other.seed = 5;
  CHECK_THROWS_WITH_AS(gdm::mpi::train(world, first, data(), other), Contains("[GDM-R403]"), gdm::Error);
  MPI_Barrier(world.communicator());
  if (world.rank() == 0) std::filesystem::remove(name);
}

TEST_CASE("answers and their quality are those of one process") {
  Optimizer optimizer;
  CHECK_THROWS_WITH_AS((void)gdm::mpi::evaluate(job_world(), optimizer, data()), Contains("[GDM-R221]"), gdm::Error);
  optimizer.train(data(), {.epochs = 2, .threads = 1});
  for (const std::size_t n : {1U, 3U, 900U}) {
    gdm::Dataset<Problem> rows;
    rows.conditions = gdm::rows_of(data().conditions, 0, n);
    rows.solutions = gdm::rows_of(data().solutions, 0, n);
    const Optimizer::SolveOptions options{.samples = n == 3 ? 4U : 1U, .seed = 9};
    CHECK(gdm::mpi::solve_batch(job_world(), optimizer, rows.conditions, options) ==
          optimizer.solve_batch(rows.conditions, options));
    const auto expected = gdm::evaluate(optimizer, rows, options);
    const auto found = gdm::mpi::evaluate(job_world(), optimizer, rows, options);
    CHECK(found.mean_gap == expected.mean_gap);
    CHECK(found.p99_gap == expected.p99_gap);
    CHECK(found.exceed_ratio == expected.exceed_ratio);
    CHECK(found.feasible_fraction == 1);
  }
}
