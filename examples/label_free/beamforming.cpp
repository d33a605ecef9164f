// SPDX-License-Identifier: MIT
#include "measure.hpp"

void example::label_free_beamforming_4x8(std::vector<LabelFreeRun>& runs) {
  measure_label_free<gdm::Beamforming<4, 8>>(
      "beamforming-4x8", {{6'000, 8}, {.instances = 6'000, .rounds = 8, .knowledge = Knowledge::ascent}}, runs);
  // What the labels must beat: ten starts of WMMSE on the same instances.
  using Cell = gdm::Channels<4, 8>;
  const auto rows = gdm::generate<gdm::Beamforming<4, 8>>(6'000, /*seed=*/1);
  double wmmse = 0, known = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto x = rows.condition(i);
    const Cell cell(x);
    gdm::RandomStream random(/*seed=*/7);
    gdm::BeamformingWmmseResult<8> best;
    for (int start = 0; start < 10; ++start) {
      const auto run = gdm::wmmse(cell, gdm::wmmse_start(cell, start, random));
      if (run.rate > best.rate) best = run;
    }
    wmmse += gdm::Beamforming<4, 8>::objective(x, gdm::to_solution(cell, best.beams));
    known += gdm::Beamforming<4, 8>::objective(x, rows.solution(i));
  }
  std::printf("beamforming-4x8: ten starts of WMMSE are %.1e below forty, on the instances of learning\n",
              1 - wmmse / known);
}
