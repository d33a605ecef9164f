// SPDX-License-Identifier: MIT
/// @file
/// @brief The network and the training that Beamforming defaults to.
#pragma once

#include <gdm/nn/graph_mlp.hpp>
#include <gdm/optim/train_defaults.hpp>
#include <gdm/problems/beamforming/beamforming.hpp>

GDM_NAMESPACE_BEGIN

template <int N, int K>
struct BeamformingDefaults {
  /// Width 16 answers in the time of a WMMSE run; width 32 is better a sample and three times as dear.
  using Denoiser = GraphMlp<16, 3>;
  static constexpr TrainDefaults training{.epochs = 60, .learning_rate = 3e-3};
};

GDM_NAMESPACE_END
