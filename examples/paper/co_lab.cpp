// SPDX-License-Identifier: MIT
#include <gdm/problems/offloading/defaults.hpp>

#include "lab_policies.hpp"

template paper::Model paper::make_lab<gdm::CoProblem>();
