// SPDX-License-Identifier: MIT
/// @file
/// @brief A cheap upper bound of the sum rate: every pair of links alone.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gdm/problems/power_control/interference_channel.hpp>

GDM_NAMESPACE_BEGIN

/// An upper bound of the weighted sum rate in bit/s/Hz in O(n^2). Without the others, two links i and j of equal weight
/// reach at most R_ij = max(log(1 + G_ii), log(1 + G_jj), log(1 + G_ii / (1 + G_ij)) + log(1 + G_jj / (1 + G_ji))), for
/// one of the three corners is optimal (Gjendemsjo et al., IEEE TWC 2008). The lighter weight holds for both, the rest of
/// the heavier for one link alone. Every link is in n - 1 pairs, so the sum over pairs counts every rate n - 1 times.
template <int K>
[[nodiscard]] double pair_bound(const InterferenceChannel<K>& c) {
  const int n = c.present;
  const auto alone = [&](int i) { return std::log1p(c.own[i]); };
  if (n == 0) return 0.0;
  if (n == 1) return c.weight[0] * alone(0) * std::numbers::log2e;
  double sum = 0.0;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < i; ++j) {
      const double both = std::log1p(c.own[i] / (1.0 + c.gain(i, j))) + std::log1p(c.own[j] / (1.0 + c.gain(j, i)));
      const double pair = std::max(both, std::max(alone(i), alone(j)));
      const int heavier = c.weight[i] > c.weight[j] ? i : j;
      const double common = std::min(c.weight[i], c.weight[j]);
      sum += common * pair + (c.weight[heavier] - common) * alone(heavier);
    }
  }
  return sum / (n - 1) * std::numbers::log2e;
}

GDM_NAMESPACE_END
