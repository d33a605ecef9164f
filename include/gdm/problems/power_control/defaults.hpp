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
  /// Against `GraphMlp<32, 3>` after 120 epochs (10 links, 10,000 rows, 10 s; this one 12 s; one seed): one sample 1.4e-2 and
  /// 2.0e-2, best of 16 6.1e-4 and 7.7e-4, with three steps 2.5e-4 and 1.3e-4, in 0.55 of its time.
  using Denoiser = GraphMlp<16, 4>;
  static constexpr TrainDefaults training{.epochs = 240, .batch_size = 128, .learning_rate = 3e-3, .p_uncond = 0.0};
};

GDM_NAMESPACE_END
