// SPDX-License-Identifier: MIT
/// @file
/// @brief WMMSE from several starts, what the field runs on the problems without an exact solver.
#pragma once

#include <algorithm>
#include <cmath>
#include <gdm/problems/beamforming/beamforming.hpp>
#include <gdm/problems/power_control/power_control.hpp>

namespace example {

/// The best of `starts` runs of WMMSE: the first from regularised zero-forcing, then from greedy choices of users, then
/// from matched filters and random beams.
template <int N, int K>
gdm::Vector<2 * N * K> wmmse_beams(const gdm::Channels<N, K>& cell, int starts) {
  gdm::RandomStream random(/*seed=*/7);
  gdm::BeamformingWmmseResult<K> best;
  for (int i = 0; i < starts; ++i) {
    const auto run = gdm::wmmse(cell, gdm::wmmse_start(cell, i, random));
    if (run.rate > best.rate) best = run;
  }
  return gdm::to_solution(cell, best.beams);
}

/// The best of `starts` runs of WMMSE: the first from full power, the second from greedy links, the others from shares
/// that span four decades. Eight run at once in the lanes of a register.
template <int K>
gdm::Vector<K> wmmse_powers(const gdm::Vector<K * K + 2 * K>& x, int starts) {
  const gdm::InterferenceChannel<K> channel(x);
  auto best = gdm::wmmse(channel, gdm::full_power(channel));
  if (starts == 1) return channel.powers(best);
  double rate = channel.rate(best);
  const auto greedy = gdm::wmmse(channel, gdm::greedy_links(channel));
  if (const double other = channel.rate(greedy); other > rate) {
    rate = other;
    best = greedy;
  }
  gdm::RandomStream random(/*seed=*/7);
  for (int first = 2; first < starts; first += gdm::WmmseLanes<K>::lanes) {
    gdm::WmmseLanes<K> runs(channel);
    const int lanes = std::min(gdm::WmmseLanes<K>::lanes, starts - first);
    for (int lane = 0; lane < lanes; ++lane)
      for (int i = 0; i < channel.present; ++i) runs.set(lane, i, std::pow(10.0, -4.0 * random.uniform()));
    runs.run({.steps = 60, .tolerance = 1e-2});
    const auto rates = runs.rates();
    for (int lane = 0; lane < lanes; ++lane) {
      if (rates[lane] <= rate) continue;
      rate = rates[lane];
      best = runs.point(lane);
    }
  }
  return channel.powers(starts > 2 ? gdm::wmmse(channel, best) : best);
}

}  // namespace example
