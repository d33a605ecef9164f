// SPDX-License-Identifier: MIT
#include <gdm/problems/offloading/defaults.hpp>

#include "model_makers.hpp"

template paper::Model paper::make<gdm::CoProblem, paper::Kind::mtfnn>();
template paper::Model paper::make<gdm::CoProblem, paper::Kind::ppo>();
