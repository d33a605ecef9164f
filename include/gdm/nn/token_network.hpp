// SPDX-License-Identifier: MIT
/// @file
/// @brief A whole network on tokens: weights, training and prediction, and how many instances are worked on at a time.
#pragma once

#include <algorithm>

#include <gdm/nn/token_prediction.hpp>
#include <gdm/nn/token_training.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// @tparam Model  gdm::detail::TokenModel
template <class Model>
struct TokenNetwork : Model, TokenTraining<Model>, TokenPrediction<Model> {
  static constexpr bool tied = true;  ///< all tokens share their statistics, so that weights fit any number of them
  static constexpr int tile = std::clamp(96 / Model::M, 1, 32);
  static constexpr int batch = std::clamp(64 / Model::M, 1, 16);

  static void initialise(typename Model::Parameters& p, std::uint64_t seed) {
    gdm::initialise<TokenNetwork>(p, seed, "output.");
  }
};

}  // namespace detail
GDM_NAMESPACE_END
