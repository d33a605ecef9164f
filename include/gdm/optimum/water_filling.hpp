// SPDX-License-Identifier: MIT
/// @file
/// @brief Water-filling: the powers that maximise the sum of log(1 + g_i p_i) under a total power, exactly.
#pragma once

#include <gdm/optimum/projection.hpp>

GDM_NAMESPACE_BEGIN

/// Optimal powers p_i = max(0, mu - 1/g_i) with sum p = `total` (Cover and Thomas, Elements of Information Theory,
/// section 9.4), same unit as `total`, in O(M log M). The water level mu is the one for which the powers spend the
/// total, which makes them the Euclidean projection of the point -1/g onto the simplex.
/// @param gains channel gain over noise, one per unit of power; 0 is a dead channel
template <class Derived>
[[nodiscard]] Vector<Derived::SizeAtCompileTime> water_filling(const Eigen::MatrixBase<Derived>& gains, double total) {
  Vector<Derived::SizeAtCompileTime> level;
  for (int i = 0; i < level.size(); ++i) level[i] = -1.0 / std::abs(gains[i]);  // -0 is a dead channel, too
  return project_simplex(level, total);
}

GDM_NAMESPACE_END
