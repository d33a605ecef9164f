// SPDX-License-Identifier: MIT
#include <gdm/problems/noma_uav/defaults.hpp>

#include "lab_policies.hpp"

template paper::Model paper::make_lab<gdm::NuProblem>();
