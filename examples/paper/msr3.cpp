// SPDX-License-Identifier: MIT
#include <gdm/problems/sum_rate/defaults.hpp>

#include "experiments.hpp"

void paper::plan_msr3(const Settings& settings, std::vector<Cell>& plan) {
  using P = gdm::MsrProblem;
  using X = P::Condition;
  const std::vector<Shift<P>> shifts{{"as trained", [](X&) {}},
                                     {"power halved", [](X& x) { x[3] *= 0.5; }},
                                     {"power doubled", [](X& x) { x[3] *= 2; }},
                                     {"gains / 10", [](X& x) { x.head<3>() *= 0.1; }}};
  Experiments<P>::plan(settings, {"MSR-3", 10'000, P::Defaults::training.epochs, 3.5, {.step_size = 0.3}, "9", shifts},
                       plan);
}
