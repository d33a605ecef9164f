// SPDX-License-Identifier: MIT
#include <gdm/problems/beamforming/defaults.hpp>
#include <gdm/problems/power_control/defaults.hpp>

#include "random_conditions.hpp"

using gdm_test::random_conditions;

std::size_t random_radio_conditions(std::size_t n, std::uint64_t seed) {
  return random_conditions<gdm::Beamforming<4, 4>>("beamforming, 4 by 4", n, seed) +
         random_conditions<gdm::Beamforming<2, 5>>("beamforming, 2 by 5", n, seed) +
         random_conditions<gdm::PowerControl<4>>("power control, K = 4", n, seed) +
         random_conditions<gdm::PowerControl<10>>("power control, K = 10", n, seed);
}
