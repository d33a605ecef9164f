// SPDX-License-Identifier: MIT
/// @file
/// @brief A whole job in one program: what it is to do, or how it is to fail, is its first argument.
///
///     job train MODEL [CHECKPOINT]    generates, trains (from the checkpoint, if there is one) and saves
///     job learn MODEL [CHECKPOINT]    the same without labels
///     job label | foreign             labels throw on the last process
///     job row                         an instance of learning throws on the last process
///     job escape                      an exception leaves the World of the last process while the others train
///     job exit | kill                 the last process ends, or is killed, while the others train
///     job caught | thrown             all processes catch an error that concerns all and go on, or do not catch it
#include <gdm/gdm.hpp>
#include <gdm/mpi.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

/// An amount in equal parts, by a label that fails where it is told to.
struct Split {
  using Condition = gdm::Vector<1>;
  using Solution = gdm::Vector<2>;
  static constexpr gdm::Sense sense = gdm::Sense::minimize;
  static inline int fail = 0;  ///< 1 = with an exception, 2 = with something else, 3 = when it projects

  static double objective(const Condition&, const Solution& y) { return 1.0 + y.squaredNorm(); }
  static Solution project(const Condition& x, const Solution& y) {
    if (fail == 3) throw std::runtime_error("the budget is negative");
    std::this_thread::sleep_for(std::chrono::microseconds(50));
    return gdm::project_simplex(y, x[0]);
  }
  static double violation(const Condition& x, const Solution& y) { return gdm::simplex_violation(y, x[0]); }
  static Solution optimal(const Condition& x) {
    if (fail == 1) throw std::runtime_error("the solver ran out of iterations");
    if (fail == 2) throw 17;
    std::this_thread::sleep_for(std::chrono::microseconds(200));  // long enough for every process to get a row
    return Solution::Constant(0.5 * x[0]);
  }
  template <class Generator>
  static Condition draw(Generator& rng) {
    return Condition::Constant(1.0 + static_cast<double>(rng() % 100) / 100.0);
  }
};

using Optimizer = gdm::GdmOptimizer<gdm::MsrProblem, gdm::Mlp<32, 32>>;

/// Fails in the second epoch; callbacks are process 0's.
struct Ending {
  std::string how;
  gdm::Flow on_epoch(const gdm::EpochInfo& info) const {
    if (info.epoch < 2) return gdm::Flow::proceed;
    if (how == "exit") std::exit(5);
    if (how == "kill") std::raise(SIGKILL);
    return gdm::Flow::proceed;
  }
};

int job(int argc, char** argv) {
  const gdm::mpi::World world(argc, argv);
  const std::string task = argc > 1 ? argv[1] : "";
  const bool last = world.rank() == world.size() - 1;
  if (task == "label" || task == "foreign") {
    if (last) Split::fail = task == "label" ? 1 : 2;
    (void)gdm::mpi::generate<Split>(world, 2000, 1, 1);
    return 0;
  }
  if (task == "row") {
    if (last) Split::fail = 3;
    gdm::GdmOptimizer<Split, gdm::Mlp<4>> optimizer;
    (void)gdm::mpi::learn(world, optimizer, {.instances = 500, .rounds = 1, .final_epochs = 1});
    return 0;
  }
  Optimizer optimizer;
  if (task == "learn") {
    (void)gdm::mpi::learn(world, optimizer,
                          {.instances = 201,
                           .rounds = 5,
                           .samples = 2,
                           .refine = 0,
                           .polish = 0,
                           .baseline = false,
                           .epochs = 4,
                           .final_epochs = 8,
                           .batch_size = 64,
                           .seed = 3,
                           .checkpoint = argc > 3 ? argv[3] : ""});
    if (world.rank() == 0) optimizer.save(argv[2]);
    return optimizer.trained() ? 0 : 1;
  }
  const auto data = gdm::mpi::generate<gdm::MsrProblem>(world, 3001, 1);
  if (task == "train") {
    gdm::mpi::train(
        world, optimizer, data,
        {.epochs = 40, .batch_size = 512, .seed = 3, .checkpoint = argc > 3 ? argv[3] : "", .checkpoint_epochs = 1});
    if (world.rank() == 0) optimizer.save(argv[2]);
    return optimizer.trained() ? 0 : 1;
  }
  if (task == "escape") {
    if (last) throw std::runtime_error("a file is missing here");
    gdm::mpi::train(world, optimizer, data, {.epochs = 100'000});
  } else if (task == "exit" || task == "kill") {
    gdm::mpi::train(world, optimizer, data, {.epochs = 100'000}, Ending{task});
  } else if (task == "caught") {
    try {
      gdm::mpi::train(world, optimizer, data, {.epochs = 0});
    } catch (const gdm::Error& error) {
      std::fprintf(stderr, "caught on %d: %s\n", world.rank(), error.what());
    }
    gdm::mpi::train(world, optimizer, data, {.epochs = 1});
  } else if (task == "thrown") {
    gdm::mpi::train(world, optimizer, data, {.epochs = 0});
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return job(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "main: %s\n", error.what());
    return 3;
  }
}
