// SPDX-License-Identifier: MIT
/// @file
/// @brief Random conditions for every problem (see random_conditions.hpp).
///
/// usage: random_conditions [ANSWERS a problem = 20000] [SEED = 1]; fails unless every count is zero.
#include "random_conditions.hpp"

#include <cstdlib>
#include <gdm/problems/noma_uav/defaults.hpp>
#include <gdm/problems/offloading/defaults.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

using gdm_test::random_conditions;

/// The problems of the physical layer, in a file of their own.
std::size_t random_radio_conditions(std::size_t n, std::uint64_t seed);

int main(int argc, char** argv) {
  const std::size_t n = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20'000;
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  std::size_t bad = 0;
  bad += random_conditions<gdm::MsrProblem>("sum rate, M = 3", n, seed);
  bad += random_conditions<gdm::Msr80Problem>("sum rate, M = 80", n, seed);
  bad += random_conditions<gdm::CoProblem>("offloading, K = 3", n, seed);
  bad += random_conditions<gdm::ComputationOffloading<8>>("offloading, K = 8", n, seed);
  bad += random_conditions<gdm::ComputationOffloading<3, gdm::NoCompletion>>("offloading, shares too", n, seed);
  bad += random_conditions<gdm::NuProblem>("NOMA-UAV", n, seed);
  bad += random_conditions<gdm::NuDbProblem>("NOMA-UAV, dB", n, seed);
  bad += random_conditions<gdm::NomaUav<3, gdm::ReferenceUnits, gdm::NoCompletion>>("NOMA-UAV, powers too", n, seed);
  bad += random_radio_conditions(n, seed);
  return bad == 0 ? 0 : 1;
}
