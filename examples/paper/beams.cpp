// SPDX-License-Identifier: MIT
#include "many_optima.hpp"

void paper::plan_beams(const Settings& settings, std::vector<Cell>& plan) {
  ManyOptima<Beams>::plan(settings,
                          {.name = "BF-8x8", .rows = 20'000, .epochs = Beams::training.epochs, .row_cost = 15}, plan);
}
