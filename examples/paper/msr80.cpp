// SPDX-License-Identifier: MIT
#include <gdm/problems/sum_rate/defaults.hpp>

#include "experiments.hpp"

void paper::plan_msr80(const Settings& settings, std::vector<Cell>& plan) {
  using P = gdm::Msr80Problem;
  using X = P::Condition;
  const std::vector<Shift<P>> shifts{{"as trained", [](X&) {}},
                                     {"power halved", [](X& x) { x[80] *= 0.5; }},
                                     {"power doubled", [](X& x) { x[80] *= 2; }},
                                     {"gains / 10", [](X& x) { x.head<80>() *= 0.1; }}};
  Experiments<P>::plan(settings, {"MSR-80", 10'000, P::Defaults::training.epochs, 9, {}, "", shifts}, plan);
}
