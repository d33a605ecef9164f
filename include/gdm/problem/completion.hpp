// SPDX-License-Identifier: MIT
/// @file
/// @brief Which part of a solution is sampled: only what has no closed form, or every number of it.
#pragma once

#include <concepts>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

/// The default: the latent holds the hard part (a set, a position), and decoding completes it with the shares or
/// powers that are optimal for it.
struct ClosedFormCompletion {};

/// As in the paper (arXiv 2411.00453): the latent holds the whole solution, and decoding only makes it feasible.
struct NoCompletion {};

/// A policy that says how a decoder completes a sampled solution.
template <class T>
concept Completion = std::same_as<T, ClosedFormCompletion> || std::same_as<T, NoCompletion>;

GDM_NAMESPACE_END
