// SPDX-License-Identifier: MIT
#include "measure.hpp"

void example::label_free_sum_rate_3(std::vector<LabelFreeRun>& runs) {
  // The baseline and the own ascent are water-filling, the optimum: only the last row learns.
  measure_label_free<gdm::MsrProblem>(
      "sum-rate-3",
      {{10'000, 3}, {.instances = 10'000, .rounds = 3, .samples = 8, .polish = 10, .knowledge = Knowledge::objective}},
      runs);
}

void example::label_free_sum_rate_80(std::vector<LabelFreeRun>& runs) {
  // A step along 80 coordinates takes 480 objectives: few of them.
  measure_label_free<gdm::Msr80Problem>(
      "sum-rate-80",
      {{10'000, 3, 4},
       {.instances = 10'000, .rounds = 4, .samples = 2, .refine = 1, .polish = 5, .knowledge = Knowledge::objective}},
      runs);
}
