// SPDX-License-Identifier: MIT
/// @file
/// @brief What learning without labels begins with, when there is no model yet.
#pragma once

#include <gdm/model/codec.hpp>
#include <gdm/problem/draw.hpp>
#include <gdm/solve/candidates.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// A feasible point of an instance, spread over the scale of its solutions.
template <class Codec>
typename Codec::Solution random_point(const typename Codec::Instance& instance, RandomStream& random) {
  using Solution = typename Codec::Solution;
  Solution scale = Codec::project(instance, Solution::Constant(1e6)).cwiseAbs();
  const bool signs = random.below(2) == 0;
  for (double& s : scale) s = (s > 0 ? s : 1) * (signs ? draw_normal(random) : 2 * draw_uniform(random));
  return Codec::project(instance, scale);
}

/// Adds the problem's baseline, if there is one and it is wanted, and some random points.
template <class Codec, class Refinement>
void add_first_candidates(const typename Codec::Instance& instance, [[maybe_unused]] bool baseline,
                          RandomStream& random, Candidates<Codec, Refinement>& candidates) {
  using P = typename Codec::ProblemType;
  if constexpr (has_baseline<P>) {
    if (baseline) candidates.add(instance, P::baseline(instance.x));
  }
  for (int k = 0; k < 4; ++k) candidates.add(instance, random_point<Codec>(instance, random));
}

}  // namespace detail
GDM_NAMESPACE_END
