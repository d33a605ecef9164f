// SPDX-License-Identifier: MIT
#include "measure.hpp"

void example::label_free_offloading_3(std::vector<LabelFreeRun>& runs) {
  // None of 50,000 instances was left with a gap by the baseline: only the last row learns.
  measure_label_free<gdm::ComputationOffloading<3>>(
      "offloading-3", {{30'000, 3}, {.instances = 30'000, .rounds = 4, .knowledge = Knowledge::objective}}, runs);
}

void example::label_free_offloading_10(std::vector<LabelFreeRun>& runs) {
  measure_label_free<gdm::ComputationOffloading<10>>(
      "offloading-10", {{10'000, 3}, {.instances = 10'000, .rounds = 6, .knowledge = Knowledge::objective}}, runs);
}
