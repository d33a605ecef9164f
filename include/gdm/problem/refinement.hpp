// SPDX-License-Identifier: MIT
/// @file
/// @brief One step of improvement of a solution: the problem's own, or a search along its coordinates.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include <gdm/problem/problem.hpp>

GDM_NAMESPACE_BEGIN

struct refinement_tag {};

/// A refinement is a type derived from `gdm::refinement_tag` with a template
/// `static Solution step<Codec>(const Codec::Instance&, const Solution&, double value)`, `value` being the solution's
/// objective. What it returns is used only where it is feasible and better.
template <class T>
concept RefinementPolicy = std::is_base_of_v<refinement_tag, T>;

namespace detail {
/// The unit of step lengths: the largest number of the solution, or of the projection of ones where it is zero.
template <class Codec>
double size_of(const typename Codec::Instance& instance, const typename Codec::Solution& y) {
  const double size = y.cwiseAbs().maxCoeff();
  if (size > 0) return size;
  const double typical = Codec::project(instance, Codec::Solution::Ones()).cwiseAbs().maxCoeff();
  return typical > 0 ? typical : 1;
}
}  // namespace detail

/// For a problem of which nothing is known but its objective and projection: one pass over the coordinates. Each is moved
/// up and down by three step lengths, projected, and the best of the points that improve is kept (a compass search, Kolda,
/// Lewis and Torczon 2003, with all step lengths in every pass, so that nothing has to be remembered between steps). It
/// takes 6 objectives a number of the solution.
struct CoordinateRefine : refinement_tag {
  static constexpr std::array<double, 3> lengths{0.5, 0.05, 0.005};  ///< relative to the size of the solution

  template <class Codec>
  static typename Codec::Solution step(const typename Codec::Instance& instance, const typename Codec::Solution& y,
                                       double value) {
    using Traits = typename Codec::Traits;
    typename Codec::Solution best = y;
    double best_value = value;
    const double scale = detail::size_of<Codec>(instance, y);
    for (int i = 0; i < Traits::solution_size; ++i) {
      const typename Codec::Solution from = best;
      for (const double length : lengths)
        for (const double sign : {1.0, -1.0}) {
          typename Codec::Solution moved = from;
          moved[i] += sign * length * scale;
          moved = Codec::project(instance, moved);
          const double moved_value = Codec::objective(instance, moved);
          if (Traits::better(moved_value, best_value)) {
            best = moved;
            best_value = moved_value;
          }
        }
    }
    return best;
  }
};

/// The default: `P::refine` where the problem has it, else a search along the coordinates.
struct OwnRefine : refinement_tag {
  template <class Codec>
  static typename Codec::Solution step(const typename Codec::Instance& instance, const typename Codec::Solution& y,
                                       double value) {
    if constexpr (requires { Codec::refine(instance, y); }) {
      return Codec::refine(instance, y);
    } else {
      return CoordinateRefine::step<Codec>(instance, y, value);
    }
  }
};

GDM_NAMESPACE_END
