// SPDX-License-Identifier: MIT
#include <gdm/problems/offloading/defaults.hpp>

#include "model_makers.hpp"

template paper::Model paper::make<gdm::CoProblem, paper::Kind::paper>();
template paper::Model paper::make<gdm::CoProblem, paper::Kind::reference>();
