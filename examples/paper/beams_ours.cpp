// SPDX-License-Identifier: MIT
#include "many_optima.hpp"
#include "model_makers.hpp"

template paper::Model paper::make<paper::Beams, paper::Kind::ours>();
template paper::Model paper::make<paper::Seeing<paper::Beams>, paper::Kind::ours>();
