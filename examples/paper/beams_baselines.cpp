// SPDX-License-Identifier: MIT
#include "many_optima.hpp"
#include "model_makers.hpp"

template paper::Model paper::make<paper::Beams, paper::Kind::paper>();
template paper::Model paper::make<paper::Beams, paper::Kind::mtfnn>();
template paper::Model paper::make<paper::Beams, paper::Kind::ppo>();
