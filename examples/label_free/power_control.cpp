// SPDX-License-Identifier: MIT
#include "measure.hpp"

void example::label_free_power_control_10(std::vector<LabelFreeRun>& runs) {
  measure_label_free<gdm::PowerControl<10>>(
      "power-control-10",
      {{10'000, 6, 8}, {.instances = 10'000, .rounds = 8, .samples = 8, .knowledge = Knowledge::ascent}}, runs);
}
