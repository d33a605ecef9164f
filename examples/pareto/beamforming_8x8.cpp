// SPDX-License-Identifier: MIT
#include "beamforming.hpp"

void example::measure_beamforming_8x8(const Effort& effort, std::vector<ParetoPoint>& table) {
  measure_beamforming<8, 8>("beamforming-8x8", effort, table);
}
