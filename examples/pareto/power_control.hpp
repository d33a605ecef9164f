// SPDX-License-Identifier: MIT
/// @file
/// @brief What power control is compared with: greedy choice of links, WMMSE from several starts.
#pragma once

#include "measure.hpp"

namespace example {

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

template <int K>
void measure_power_control(const std::string& name, const Effort& effort, std::vector<ParetoPoint>& table) {
  using P = gdm::PowerControl<K>;
  using Condition = typename P::Condition;
  Pareto<P> pareto(name, effort, table);
  pareto.heuristic("greedy selection", 1, [](const Condition& x, std::size_t) {
    const gdm::InterferenceChannel<K> channel(x);
    return channel.powers(gdm::greedy_links(channel));
  });
  for (const int starts : {1, 2, 10, 18, 42}) {
    pareto.heuristic("WMMSE", static_cast<std::size_t>(starts),
                     [starts](const Condition& x, std::size_t) { return wmmse_powers<K>(x, starts); });
  }
  pareto.template learned<gdm::GraphMlp<16, 3>>();
}

}  // namespace example
