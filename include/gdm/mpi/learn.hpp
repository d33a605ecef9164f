// SPDX-License-Identifier: MIT
/// @file
/// @brief Learning without labels over the processes of a job.
#pragma once

#include <gdm/data/dataset.hpp>
#include <gdm/mpi/reduction.hpp>
#include <gdm/train/learn_options.hpp>

GDM_NAMESPACE_BEGIN
namespace mpi {

/// `optimizer.learn(options, callbacks...)` with the instances of every round and the shards of every training step dealt
/// to the processes: the same weights and the same report as on one process, bit for bit, on all of them. Process 0 reads
/// and writes the checkpoint and calls the callbacks; what they decide, and what goes wrong, holds for all.
/// @param options  the same on all processes, but for `threads`: 0 = the process's share of its machine
/// @throws Error as `learn`, on all processes; [GDM-R501] if options, rows or weights differ between them. An instance whose
///         objective, projection or refinement throws ends the job with that error.
template <class Optimizer, class... Callbacks>
LearnReport learn(const World& world, Optimizer& optimizer, typename Optimizer::LearnOptions options = {},
                  Callbacks&&... callbacks) {
  options.threads = world.threads(options.threads);
  return optimizer.learn_with(RankReduction(world), options, callbacks...);
}
/// `optimizer.learn(table, options, callbacks...)` likewise.
/// @param table  the same on all processes; all get the best known solutions
template <class Optimizer, class P, class... Callbacks>
LearnReport learn(const World& world, Optimizer& optimizer, Dataset<P>& table,
                  typename Optimizer::LearnOptions options = {}, Callbacks&&... callbacks) {
  options.threads = world.threads(options.threads);
  return optimizer.learn_with(RankReduction(world), table, options, callbacks...);
}

}  // namespace mpi
GDM_NAMESPACE_END
