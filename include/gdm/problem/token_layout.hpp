// SPDX-License-Identifier: MIT
/// @file
/// @brief How the numbers of a problem divide into exchangeable tokens: channels, nodes, terminals, users, links.
#pragma once

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

/// How a denoiser for sets merges the tokens of an instance: the mean where more tokens are more samples of the same kind,
/// the sum where every token adds its share to a common load.
enum class Pooling { mean, sum };

/// How the flat feature and latent vectors of a problem divide into exchangeable tokens and global numbers. Layout of
/// `Features`: the `features` numbers of token 0, of token 1, .., then `global_features` numbers; of `Latent`: the
/// `latents` numbers of token 0, of token 1, .., then `global_latents` numbers.
///
/// Numbers of pairs (what token j means to token i) and numbers that a problem computes from the noisy latent in every
/// step are hooks of their own, `pair_features` and `step_features` (gdm/problem/problem.hpp).
struct TokenLayout {
  int count = 0;                    ///< number of tokens
  int features = 0;                 ///< features of one token
  int global_features = 0;          ///< features that belong to no token
  int latents = 0;                  ///< latent numbers of one token
  int global_latents = 0;           ///< latent numbers that belong to no token (a position, say)
  Pooling pooling = Pooling::mean;  ///< what of all tokens matters to each
  int pair_features = 0;            ///< numbers of one ordered pair of tokens
  int step_features = 0;            ///< numbers of one token that follow the noisy latent in every step

  /// Sizes of the vectors that follow.
  [[nodiscard]] constexpr int feature_size() const noexcept { return count * features + global_features; }
  /// @copydoc feature_size
  [[nodiscard]] constexpr int latent_size() const noexcept { return count * latents + global_latents; }
  /// @copydoc feature_size
  [[nodiscard]] constexpr int pair_size() const noexcept { return count * count * pair_features; }
  /// @copydoc feature_size
  [[nodiscard]] constexpr int step_size() const noexcept { return count * step_features; }
};

GDM_NAMESPACE_END
