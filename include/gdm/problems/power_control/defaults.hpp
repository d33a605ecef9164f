// SPDX-License-Identifier: MIT
/// @file
/// @brief The network and the training that PowerControl defaults to.
#pragma once

#include <gdm/nn/graph_mlp.hpp>
#include <gdm/optim/train_defaults.hpp>
#include <gdm/problems/power_control/power_control.hpp>

GDM_NAMESPACE_BEGIN

/// Network and training of `PowerControl<K>`.
template <int K>
struct PowerControlDefaults {
  using Denoiser = GraphMlp<32, 3>;
  static constexpr TrainDefaults training{.epochs = 120, .learning_rate = 3e-3, .p_uncond = 0.0};
};

GDM_NAMESPACE_END
