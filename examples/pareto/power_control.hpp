// SPDX-License-Identifier: MIT
/// @file
/// @brief What power control is compared with: greedy choice of links, WMMSE from several starts.
#pragma once

#include "../support/wmmse.hpp"
#include "measure.hpp"

namespace example {

template <int K>
void measure_power_control(const std::string& name, const Effort& effort, std::vector<ParetoPoint>& table) {
  using P = gdm::PowerControl<K>;
  using Condition = typename P::Condition;
  Pareto<P> pareto(name, effort, table);
  pareto.measure("greedy selection", 1, [](const Condition& x, std::size_t) {
    const gdm::InterferenceChannel<K> channel(x);
    return channel.powers(gdm::greedy_links(channel));
  });
  for (const int starts : {1, 2, 10, 18, 42}) {
    pareto.measure("WMMSE", static_cast<std::size_t>(starts),
                   [starts](const Condition& x, std::size_t) { return wmmse_powers<K>(x, starts); });
  }
  pareto.template learned<gdm::GraphMlp<16, 4>>();
  pareto.finish();
}

}  // namespace example
