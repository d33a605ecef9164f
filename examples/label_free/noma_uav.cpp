// SPDX-License-Identifier: MIT
#include "measure.hpp"

void example::label_free_noma_uav_3(std::vector<LabelFreeRun>& runs) {
  measure_label_free<gdm::NomaUav<3>>("noma-uav-3",
                                      {{10'000, 4},
                                       {.instances = 10'000, .rounds = 4, .knowledge = Knowledge::ascent},
                                       {.instances = 10'000, .rounds = 6, .knowledge = Knowledge::objective}},
                                      runs);
}
