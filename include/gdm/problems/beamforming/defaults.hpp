// SPDX-License-Identifier: MIT
/// @file
/// @brief The network and the training that Beamforming defaults to.
#pragma once

#include <gdm/nn/graph_mlp.hpp>
#include <gdm/optim/train_defaults.hpp>
#include <gdm/problems/beamforming/beamforming.hpp>

GDM_NAMESPACE_BEGIN

/// Network and training of `Beamforming<N, K>`.
template <int N, int K>
struct BeamformingDefaults {
  /// Deep before wide: at 8 x 8 and 12,000 rows `GraphMlp<32, 3>` is as near after 60 epochs (5 s, this one 7 s) and takes 1.6
  /// times the time to solve. Small batches. Longer training goes on to help: 60,000 rows and 400 epochs in batches of 128 (80 s)
  /// have 4.8e-3 with one sample and 2.0e-4 with the best of 16, against 7.7e-3 and 4.0e-4 (7 s).
  using Denoiser = GraphMlp<16, 4>;
  static constexpr TrainDefaults training{.epochs = 150, .batch_size = 64, .learning_rate = 3e-3};
};

GDM_NAMESPACE_END
