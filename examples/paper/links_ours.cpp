// SPDX-License-Identifier: MIT
#include "many_optima.hpp"
#include "model_makers.hpp"

template paper::Model paper::make<paper::Links, paper::Kind::ours>();
template paper::Model paper::make<paper::Seeing<paper::Links>, paper::Kind::ours>();
