// SPDX-License-Identifier: MIT
#include "many_optima.hpp"

void paper::plan_links(const Settings& settings, std::vector<Cell>& plan) {
  ManyOptima<Links>::plan(settings, {.name = "PC-10", .rows = 10'000, .epochs = Links::training.epochs, .row_cost = 15},
                          plan);
}
