// SPDX-License-Identifier: MIT
#include "power_control.hpp"

void example::measure_power_control_20(const Effort& effort, std::vector<ParetoPoint>& table) {
  measure_power_control<20>("power-control-20", effort, table);
}
