// SPDX-License-Identifier: MIT
/// @file
/// @brief The problems whose model files are carried from one kind of processor to others.
#pragma once

#include <string>

#include <gdm/problems/beamforming/defaults.hpp>
#include <gdm/problems/noma_uav/defaults.hpp>
#include <gdm/problems/offloading/defaults.hpp>
#include <gdm/problems/power_control/defaults.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

namespace portable {

/// Calls f.operator()<P>(name, rows to learn, epochs) for each.
template <class F>
void for_each_problem(const F& f) {
  f.template operator()<gdm::MsrProblem>("msr3", 4'000, 40);
  f.template operator()<gdm::CoProblem>("co3", 4'000, 40);
  f.template operator()<gdm::NuProblem>("nu3", 2'000, 40);
  f.template operator()<gdm::Beamforming<4, 4>>("beamforming4x4", 2'000, 30);
  f.template operator()<gdm::PowerControl<4>>("power_control4", 2'000, 30);
}

}  // namespace portable
