// SPDX-License-Identifier: MIT
#include <gdm/problems/noma_uav/defaults.hpp>

#include "experiments.hpp"

void paper::plan_nu(const Settings& settings, std::vector<Cell>& plan) {
  using P = gdm::NuProblem;
  using X = P::Condition;
  const std::vector<Shift<P>> shifts{{"as trained", [](X&) {}},
                                     {"power halved", [](X& x) { x[6] *= 0.5; }},
                                     {"power doubled", [](X& x) { x[6] *= 2; }},
                                     {"one quadrant", [](X& x) { x.head<6>() *= 0.5; }}};
  Experiments<P>::plan(settings, {"NU", 10'000, P::Defaults::training.epochs, 3.5, {.step_size = 0.3}, "10", shifts},
                       plan);
}
