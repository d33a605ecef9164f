// SPDX-License-Identifier: MIT
/// @file
/// @brief Default settings of a training run, which a problem may state for itself.
#pragma once

#include <cstddef>

#include <gdm/optim/learning_rate.hpp>

GDM_NAMESPACE_BEGIN

/// Defaults of a training run; the options of `train` of the same names say what they mean. A problem states its own as
/// `static constexpr TrainDefaults training{.epochs = 60}`.
struct TrainDefaults {
  std::size_t epochs = 200;
  std::size_t batch_size = 256;
  double learning_rate = 2e-3;
  Decay decay = Decay::cosine;
  double warm_up = 0.02;
  double clip_norm = 1.0;
  double ema_decay = 0.999;
  double p_uncond = 0;
};

GDM_NAMESPACE_END
