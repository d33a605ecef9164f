// SPDX-License-Identifier: MIT
#include "beamforming.hpp"

void example::measure_beamforming_4x8(const Effort& effort, std::vector<ParetoPoint>& table) {
  measure_beamforming<4, 8>("beamforming-4x8", effort, table);
}
