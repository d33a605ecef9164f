// SPDX-License-Identifier: MIT
/// @file
/// @brief The network and the training that NomaUav defaults to.
#pragma once

#include <type_traits>

#include <gdm/nn/mlp.hpp>
#include <gdm/nn/set_mlp.hpp>
#include <gdm/optim/train_defaults.hpp>
#include <gdm/problems/noma_uav/noma_uav.hpp>

GDM_NAMESPACE_BEGIN

template <int K>
struct NomaUavDefaults {
  using Denoiser = std::conditional_t<(K < 5), Mlp<64, 64, 64>, SetMlp<48, 4>>;
  static constexpr TrainDefaults training{.epochs = K < 5 ? 200U : 100U, .learning_rate = K < 5 ? 2e-3 : 3e-3};
};

GDM_NAMESPACE_END
