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
  std::size_t epochs = 200;      ///< passes over the data
  std::size_t batch_size = 256;  ///< rows in a step
  double learning_rate = 2e-3;   ///< peak rate of Adam
  Decay decay = Decay::cosine;   ///< how the rate falls
  double warm_up = 0.02;         ///< share of the run in which the rate rises
  double clip_norm = 1.0;        ///< largest Euclidean norm of a gradient
  double ema_decay = 0.999;      ///< of the averaged weights
  double p_uncond = 0;           ///< share of rows without condition, which guidance needs
};

GDM_NAMESPACE_END
