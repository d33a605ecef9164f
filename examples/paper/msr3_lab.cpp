// SPDX-License-Identifier: MIT
#include <gdm/problems/sum_rate/defaults.hpp>

#include "lab_policies.hpp"

template paper::Model paper::make_lab<gdm::MsrProblem>();
