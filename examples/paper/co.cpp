// SPDX-License-Identifier: MIT
#include <gdm/problems/offloading/defaults.hpp>

#include "experiments.hpp"

void paper::plan_co(const Settings& settings, std::vector<Cell>& plan) {
  using P = gdm::CoProblem;
  using X = P::Condition;
  const std::vector<Shift<P>> shifts{{"as trained", [](X&) {}},
                                     {"server halved", [](X& x) { x[15] *= 0.5; }},
                                     {"server doubled", [](X& x) { x[15] *= 2; }},
                                     {"tasks doubled", [](X& x) {
                                        for (int i = 0; i < 3; ++i) x.segment<2>(5 * i) *= 2;
                                      }}};
  Experiments<P>::plan(settings, {"CO", 30'000, P::Defaults::training.epochs, 3.7, {}, "8", shifts}, plan);
}
