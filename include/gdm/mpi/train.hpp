// SPDX-License-Identifier: MIT
/// @file
/// @brief Training over the processes of a job.
#pragma once

#include <gdm/data/dataset.hpp>
#include <gdm/mpi/reduction.hpp>
#include <gdm/train/options.hpp>

GDM_NAMESPACE_BEGIN
namespace mpi {

/// `optimizer.train(data, options, callbacks...)` with the shards of every step dealt to the processes: the same weights
/// as on one process, bit for bit, on all of them. Process 0 writes the checkpoint and calls the callbacks; what they
/// decide, and what goes wrong, holds for all.
/// @param data     the same on all processes
/// @param options  the same on all processes, but for `threads`: 0 = the process's share of its machine
/// @throws Error as `train`, on all processes; [GDM-R501] if rows, options or weights differ between them
template <class Optimizer, class P, class... Callbacks>
TrainReport train(const World& world, Optimizer& optimizer, const Dataset<P>& data,
                  typename Optimizer::TrainOptions options = {}, Callbacks&&... callbacks) {
  options.threads = world.threads(options.threads);
  return optimizer.train_with(RankReduction(world), data, options, callbacks...);
}

}  // namespace mpi
GDM_NAMESPACE_END
