// SPDX-License-Identifier: MIT
/// @file
/// @brief The network and the training that ComputationOffloading defaults to.
#pragma once

#include <type_traits>

#include <gdm/nn/mlp.hpp>
#include <gdm/nn/set_mlp.hpp>
#include <gdm/optim/train_defaults.hpp>
#include <gdm/problems/offloading/computation_offloading.hpp>

GDM_NAMESPACE_BEGIN

template <int K>
struct ComputationOffloadingDefaults {
  /// With the problem's features a small dense network suffices for a few nodes; beyond, SetMlp shares what it learns
  /// about one node among all.
  using Denoiser = std::conditional_t<(K < 5), Mlp<64, 64, 64>, SetMlp<48, 4>>;
  static constexpr TrainDefaults training{.epochs = K < 5 ? 100U : 40U, .batch_size = 512, .learning_rate = 3e-3};
};

GDM_NAMESPACE_END
