// SPDX-License-Identifier: MIT
#include <gdm/problems/noma_uav/defaults.hpp>

#include "model_makers.hpp"

template paper::Model paper::make<gdm::NuProblem, paper::Kind::mtfnn>();
template paper::Model paper::make<gdm::NuProblem, paper::Kind::ppo>();
