// SPDX-License-Identifier: MIT
#include <gdm/problems/sum_rate/defaults.hpp>

#include "model_makers.hpp"

template paper::Model paper::make<gdm::Msr80Problem, paper::Kind::mtfnn>();
template paper::Model paper::make<gdm::Msr80Problem, paper::Kind::ppo>();
