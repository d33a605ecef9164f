// SPDX-License-Identifier: MIT
// Labels, training and evaluation on the processes of an MPI job: `mpirun -n 8 many_processes`. The results are those of
// one process, bit for bit. Compile with mpicxx, or link gdm::mpi.
#include <cstdio>
#include <gdm/gdm.hpp>
#include <gdm/mpi.hpp>
#include <gdm/problems/power_control/defaults.hpp>

using Links = gdm::PowerControl<4>;

int main(int argc, char** argv) {
  const gdm::mpi::World world(argc, argv);  // first of all: it may take arguments that are MPI's
  const bool leader = world.rank() == 0;

  // Labels by many starts of WMMSE take unequal times: rows are dealt out to whoever has none left.
  const auto data = gdm::mpi::generate<Links>(world, 3'000, 1);
  const auto [train, test] = gdm::split(data, 0.9);

  // Each process takes a share of every batch. The leader alone shows how far it is.
  gdm::GdmOptimizer<Links> optimizer;
  gdm::mpi::train(world, optimizer, train, {.epochs = 30, .seed = 1}, gdm::ProgressBar{});
  const gdm::Evaluation quality = gdm::mpi::evaluate(world, optimizer, test, {.samples = 4});

  // What one process alone would have: the first rows are the same numbers.
  const auto few = gdm::generate<Links>(50, 1, 1);
  bool same = true;
  for (std::size_t i = 0; i < few.size(); ++i)
    same = same && few.condition(i) == data.condition(i) && few.solution(i) == data.solution(i);

  if (leader) {
    std::printf("%d processes, %zu rows, mean gap to the best known rate %.1e, feasible %g %%\n", world.size(),
                data.size(), quality.mean_gap, 100 * quality.feasible_fraction);
    optimizer.save("power-control-4.safetensors");  // files are one process's task
  }
  return same && quality.feasible_fraction == 1 && quality.mean_gap < 0.02 ? 0 : 1;
}
