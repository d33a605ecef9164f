// SPDX-License-Identifier: MIT
/// @file
/// @brief A downstream program: every process gets all labels.
#include <gdm/mpi/generate.hpp>
#include <gdm/problems/sum_rate/sum_rate.hpp>

#include <cstdio>

int main(int argc, char** argv) {
  gdm::mpi::World world(argc, argv);
  const auto data = gdm::mpi::generate<gdm::MsrProblem>(world, 50, 1);
  std::printf("process %d of %d has %zu rows\n", world.rank(), world.size(), data.size());
  return data.size() == 50 ? 0 : 1;
}
