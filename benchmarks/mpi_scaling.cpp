// SPDX-License-Identifier: MIT
/// @file
/// @brief What processes cost and bring: messages, training steps and labels, on one process and on all of a job.
///
///     mpirun -n 2 mpi_scaling
///
/// One process and all take turns, so that they see the same machine; while one works alone, the others sleep.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <thread>
#include <vector>

#include <gdm/gdm.hpp>
#include <gdm/mpi.hpp>

#include "support/epoch_times.hpp"
#include "support/samples.hpp"

namespace {

using Clock = std::chrono::steady_clock;
double now() { return std::chrono::duration<double>(Clock::now().time_since_epoch()).count(); }

/// Half of the round trip of a message between the first two processes.
double one_way(const gdm::mpi::World& world, std::size_t bytes) {
  std::vector<char> buffer(bytes);
  const int size = static_cast<int>(bytes), rank = world.rank();
  bench::Samples seconds;
  for (int round = 0; round < 400; ++round) {
    MPI_Barrier(world.communicator());
    const double start = now();
    constexpr int trips = 10;
    for (int i = 0; i < trips && rank < 2; ++i) {
      if (rank == 0) MPI_Send(buffer.data(), size, MPI_BYTE, 1, 0, world.communicator());
      MPI_Recv(buffer.data(), size, MPI_BYTE, 1 - rank, 0, world.communicator(), MPI_STATUS_IGNORE);
      if (rank == 1) MPI_Send(buffer.data(), size, MPI_BYTE, 0, 0, world.communicator());
    }
    seconds.add((now() - start) / (2 * trips));
  }
  return seconds.best();
}

template <class P, class... Policies>
void train(const gdm::mpi::World& world, const char* name, std::size_t batch) {
  using Optimizer = gdm::GdmOptimizer<P, Policies...>;
  constexpr std::size_t steps = 4;
  const gdm::Dataset<P> data = gdm::mpi::generate<P>(world, steps * batch, 1);
  bench::Samples one, two, all;
  for (int turn = 0; turn < 10; ++turn) {
    const auto run = [&](bench::Samples& seconds, int threads, bool together) {
      bench::EpochTimes<Clock> times{&seconds, steps};
      typename Optimizer::TrainOptions options;
      options.epochs = 30;
      options.batch_size = batch;
      options.threads = threads;
      world.meet();
      Optimizer optimizer;
      if (together) {
        gdm::mpi::train(world, optimizer, data, options, times);
      } else if (world.rank() == 0) {
        optimizer.train(data, options, times);
      }
    };
    run(one, 1, false);
    run(two, 2, false);
    run(all, 1, true);
  }
  if (world.rank() != 0) return;
  const double weights = static_cast<double>(sizeof(typename Optimizer::Parameters));
  std::printf("%s, batches of %zu, %.0f kB of weights, us a step (best, median)\n", name, batch, 1e-3 * weights);
  std::printf("  1 process, 1 thread     %8.0f %8.0f\n", 1e6 * one.best(), 1e6 * one.median());
  std::printf("  1 process, 2 threads    %8.0f %8.0f\n", 1e6 * two.best(), 1e6 * two.median());
  std::printf("  %d processes, 1 thread   %8.0f %8.0f\n", world.size(), 1e6 * all.best(), 1e6 * all.median());
  std::printf("  speed of the processes over that of two threads %.2f (best), %.2f (median)\n", two.best() / all.best(),
              two.median() / all.median());
}

/// Labels that take as long as those of a hard problem: the best of many more starts.
struct Hard : gdm::Beamforming<4, 8> {
  static Solution optimal(const Condition& x) {
    Solution y;
    for (int i = 0; i < 16; ++i) y = gdm::Beamforming<4, 8>::optimal(x);
    return y;
  }
};

void label(const gdm::mpi::World& world) {
  using P = Hard;
  constexpr std::size_t rows = 100;
  bench::Samples alone, together;
  double work_alone = 0, work_together = 0;
  for (int turn = 0; turn < 6; ++turn) {
    const auto seed = static_cast<std::uint64_t>(turn);
    world.meet();
    double start = now();
    std::clock_t work = std::clock();
    if (world.rank() == 0) {
      (void)gdm::generate<P>(rows, seed, 1);
      alone.add(now() - start);
      work_alone += static_cast<double>(std::clock() - work) / CLOCKS_PER_SEC;
    }
    world.meet();
    start = now();
    work = std::clock();
    (void)gdm::mpi::generate<P>(world, rows, seed, 1);
    together.add(now() - start);
    work_together += static_cast<double>(std::clock() - work) / CLOCKS_PER_SEC;
  }
  MPI_Allreduce(MPI_IN_PLACE, &work_together, 1, MPI_DOUBLE, MPI_SUM, world.communicator());
  if (world.rank() != 0) return;
  std::printf(
      "labels of %.1f ms each: %d processes are %.2f (best) and %.2f (median) times as fast; "
      "processor time %.3f times that of one\n",
      1e3 * alone.best() / static_cast<double>(rows), world.size(), alone.best() / together.best(),
      alone.median() / together.median(), work_together / work_alone);
}

}  // namespace

int main(int argc, char** argv) {
  const gdm::mpi::World world(argc, argv);
  if (world.size() > 1) {
    const double latency = one_way(world, 8), large = one_way(world, 1U << 20);
    if (world.rank() == 0)
      std::printf("a message: %.2f us and %.2f GB/s\n", 1e6 * latency, 1e-9 * (1U << 20) / (large - latency));
  }
  label(world);
  train<gdm::MsrProblem, gdm::Mlp<64, 64, 64>>(world, "MSR-3, Mlp<64, 64, 64>", 512);
  train<gdm::Beamforming<4, 4>>(world, "Beamforming<4, 4>, its default", 512);
}
