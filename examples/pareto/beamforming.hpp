// SPDX-License-Identifier: MIT
/// @file
/// @brief What beamforming is compared with: regularised zero-forcing, greedy selection, WMMSE from several starts.
#pragma once

#include "../support/wmmse.hpp"
#include "measure.hpp"

namespace example {

template <int N, int K>
void measure_beamforming(const std::string& name, const Effort& effort, std::vector<ParetoPoint>& table) {
  using P = gdm::Beamforming<N, K>;
  using Condition = typename P::Condition;
  using Cell = gdm::Channels<N, K>;
  Pareto<P> pareto(name, effort, table);
  pareto.measure("regularised zero-forcing", 1, [](const Condition& x, std::size_t) {
    const Cell cell(x);
    return gdm::to_solution(cell, gdm::rzf(cell));
  });
  pareto.measure("greedy selection", 1, [](const Condition& x, std::size_t) { return P::baseline(x); });
  for (const int starts : {1, 2, 5, 10, 40}) {
    pareto.measure("WMMSE", static_cast<std::size_t>(starts),
                   [starts](const Condition& x, std::size_t) { return wmmse_beams(Cell(x), starts); });
  }
  pareto.template learned<gdm::GraphMlp<16, 4>>();
  pareto.finish();
}

}  // namespace example
