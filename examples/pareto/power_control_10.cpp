// SPDX-License-Identifier: MIT
#include "power_control.hpp"

void example::measure_power_control_10(const Effort& effort, std::vector<ParetoPoint>& table) {
  measure_power_control<10>("power-control-10", effort, table);
}
