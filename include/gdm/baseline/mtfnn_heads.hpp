// SPDX-License-Identifier: MIT
/// @file
/// @brief Which outputs of a supervised network are decisions, trained as classes, and which are numbers.
#pragma once

#include <gdm/problem/computation_offloading.hpp>
#include <gdm/problem/problem.hpp>

GDM_NAMESPACE_BEGIN

/// Heads of the MTFNN for problem P. `decision(row)` says whether a row of the latent is a yes or no, encoded by its
/// sign: such a row gets a sigmoid and cross-entropy, any other one the identity and the squared error. Specialise it
/// for a problem of your own whose latent holds decisions.
template <Problem P>
struct MtfnnHeads {
  static constexpr bool decision(int) noexcept { return false; }
};

/// Offload or not is a class; a server share is a number.
template <int K, Completion Policy>
struct MtfnnHeads<ComputationOffloading<K, Policy>> {
  static constexpr bool decision(int row) noexcept {
    return ComputationOffloading<K, Policy>::closed_form || row % 2 == 0;
  }
};

GDM_NAMESPACE_END
