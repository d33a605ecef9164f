// SPDX-License-Identifier: MIT
/// @file
/// @brief The network and the training that SumRate defaults to.
#pragma once

#include <type_traits>

#include <gdm/nn/mlp.hpp>
#include <gdm/nn/set_mlp.hpp>
#include <gdm/optim/train_defaults.hpp>
#include <gdm/problems/sum_rate/sum_rate.hpp>

GDM_NAMESPACE_BEGIN

template <int M>
struct SumRateDefaults {
  /// Few channels are cheapest in one dense network. From 8 on, SetMlp with a tenth of the weights is closer to the
  /// optimum: at M = 80 a mean gap below 1e-4 where an MLP of width 256 stays at 1e-3.
  using Denoiser = std::conditional_t<(M < 8), Mlp<64, 64, 64>, SetMlp<48, 4>>;
  /// With many channels every row is a batch of tokens: smaller batches and a higher rate get further in the same time.
  static constexpr TrainDefaults training =
      M < 8 ? TrainDefaults{} : TrainDefaults{.epochs = 80, .batch_size = 128, .learning_rate = 4e-3};
};

GDM_NAMESPACE_END
