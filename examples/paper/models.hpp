// SPDX-License-Identifier: MIT
/// @file
/// @brief The learned methods that are compared. Each problem's files instantiate `make` for them, few in each file:
/// one translation unit with all of them would need more than a gigabyte.
#pragma once

#include "any_optimizer.hpp"

namespace paper {

enum class Kind {
  ours,       ///< `GdmOptimizer<P>`
  ddpm,       ///< the same with the paper's sampler in its true form, `Ddpm`: the model files are the same
  paper,      ///< `PaperPolicies` on the problem as the paper samples it
  reference,  ///< `ReferencePolicies` on the same
  mtfnn,      ///< our network as a regression
  ppo         ///< our network as PPO's actor
};

/// An untrained optimizer.
template <class P, Kind kind>
Model make();
/// One that does what `Lab` says: `LabOptimizer<P>`.
template <class P>
Model make_lab();

}  // namespace paper
