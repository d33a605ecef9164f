// SPDX-License-Identifier: MIT
/// @file
/// @brief Quick answers to power control: fractional programming with links on or off, greedy choice of links.
#pragma once

#include <gdm/problems/power_control/wmmse.hpp>

GDM_NAMESPACE_BEGIN

/// FPLinQ (Shen and Yu, ISIT 2017 and IEEE TSP 2018) for transmitters that have one receiver each: `steps` steps of
/// fractional programming from full power, then a link is on where its power is at least half its limit. The steps are
/// those of WMMSE, see WmmseStep; a test compares them with the formulas of the paper.
template <int K>
[[nodiscard]] typename InterferenceChannel<K>::Column fplinq(const InterferenceChannel<K>& channel,
                                                             int steps = 100) noexcept {
  auto s = wmmse(channel, full_power(channel), {.steps = steps, .tolerance = 0.0});
  for (int i = 0; i < channel.present; ++i) s[i] = s[i] >= 0.5 ? 1.0 : 0.0;
  return s;
}

/// Switches on, at full power, the link that raises the rate most, until none does. O(n^2) logarithms a link.
template <int K>
[[nodiscard]] typename InterferenceChannel<K>::Column greedy_links(const InterferenceChannel<K>& channel) noexcept {
  using Column = typename InterferenceChannel<K>::Column;
  Column s = Column::Zero();
  double best = 0.0;
  for (int round = 0; round < channel.present; ++round) {
    int chosen = -1;
    for (int i = 0; i < channel.present; ++i) {
      if (s[i] > 0.0) continue;
      s[i] = 1.0;
      if (const double rate = channel.rate(s); rate > best) {
        best = rate;
        chosen = i;
      }
      s[i] = 0.0;
    }
    if (chosen < 0) break;
    s[chosen] = 1.0;
  }
  return s;
}

GDM_NAMESPACE_END
