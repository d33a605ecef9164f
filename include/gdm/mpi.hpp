// SPDX-License-Identifier: MIT
/// @file
/// @brief Labels, training and evaluation on all processes of an MPI job, to the bits that one process gives.
///
///     #include <gdm/gdm.hpp>
///     #include <gdm/mpi.hpp>
///
///     int main(int argc, char** argv) {
///       gdm::mpi::World world(argc, argv);
///       const auto data = gdm::mpi::generate<gdm::CoProblem>(world, 100'000, 1);
///       gdm::GdmOptimizer<gdm::CoProblem> optimizer;
///       gdm::mpi::train(world, optimizer, data, {.epochs = 50});
///       if (world.rank() == 0) optimizer.save("co.safetensors");
///     }
///
/// The CMake target is gdm::mpi, or compile with mpicxx; run with `mpirun -n N`. No other header includes this one.
#pragma once

#include <gdm/mpi/evaluate.hpp>
#include <gdm/mpi/generate.hpp>
#include <gdm/mpi/learn.hpp>
#include <gdm/mpi/train.hpp>
#include <gdm/mpi/world.hpp>
