// SPDX-License-Identifier: MIT
/// @file
/// @brief The denoiser for sets: one small network on every token, whatever their number and order.
#pragma once

#include <string>

#include <gdm/autodiff/set_layer.hpp>
#include <gdm/nn/token_network.hpp>

GDM_NAMESPACE_BEGIN

/// `Depth` layers of width `Width` on every token, each adding a linear map of the tokens' mean, or of their sum if
/// the problem asks for it (gdm/autodiff/set_layer.hpp). Global latents, a position say, live in one more column, the
/// global token, which reads the mean and is read by every token. The weights do not depend on the number of tokens: a
/// model trained on 80 channels solves 512. Numbers of pairs are not read.
///
/// Only for problems that state their `tokens`.
template <int Width, int Depth>
struct SetMlp : denoiser_tag {
  static constexpr bool valid_size = Width > 0 && Depth > 0;
  static_assert(valid_size, "[GDM-S32] SetMlp needs a width and a depth, SetMlp<48, 4> say");
  static constexpr int time_size = 16;
  static constexpr bool needs_tokens = true;

  static std::string name() { return std::string("set-mlp-") + std::to_string(Width) + "-" + std::to_string(Depth); }

  template <DenoiserShape shape>
  using Layer = SetLayer<Width, shape.tokens, (shape.pools_sum ? 4 : 0), (shape.global_latents > 0)>;
  template <class S, DenoiserShape shape>
  using Model = detail::TokenModel<S, shape, Width, Depth, time_size, Layer<shape>>;

  template <class S, DenoiserShape shape>
  struct Network : detail::TokenNetwork<Model<S, shape>> {};
};

GDM_NAMESPACE_END
