// SPDX-License-Identifier: MIT
/// @file
/// @brief Loading and solving alone, for a controller that never trains.
///
/// Include this instead of gdm.hpp, and the header of your problem with its defaults: neither the trainer nor checkpoints
/// nor the readers of data files are compiled.
#pragma once

#include <gdm/refused.hpp>
#include <gdm/solve/solver.hpp>

GDM_NAMESPACE_BEGIN

/// What a gdm::GdmOptimizer is without its trainer: the same model files, the same answers.
/// @tparam P, Policies  as those of the gdm::GdmOptimizer that saved the file
template <class P, class... Policies>
class GdmSolver : public detail::checked_t<detail::SolverImplementation, P, Policies...> {
 public:
  /// @throws Error [GDM-R401] to [GDM-R403] naming file, tensor, what was found and what to do
  [[nodiscard]] static GdmSolver load(const std::filesystem::path& path) {
    return GdmSolver::template load_as<GdmSolver>(path);
  }
  /// An optimizer from the bytes of such a file.
  /// @throws Error [GDM-R402], [GDM-R403]
  [[nodiscard]] static GdmSolver from(std::span<const std::byte> bytes) {
    return GdmSolver::template from_as<GdmSolver>(bytes);
  }
};

GDM_NAMESPACE_END
