// SPDX-License-Identifier: MIT
/// @file
/// @brief The denoiser for tokens and the numbers of their pairs: users or links and how they disturb each other.
#pragma once

#include <string>

#include <gdm/autodiff/graph_layer.hpp>
#include <gdm/nn/token_network.hpp>

GDM_NAMESPACE_BEGIN

/// `Depth` residual layers of width `Width` on every token, in which a token gets sums over the others, weighted by
/// the numbers of their pairs, and their mean (gdm/autodiff/graph_layer.hpp). Permuting the tokens permutes the answer, and the
/// weights do not depend on the number of tokens: a model trained on 8 users solves 12.
///
/// Only for problems that state their `tokens`; without `pair_features` the mean alone is left. Latents of no token are
/// refused: gdm::SetMlp has a place for them.
template <int Width, int Depth>
struct GraphMlp : denoiser_tag {
  static constexpr bool valid_size = Width > 0 && Depth > 0;
  static_assert(valid_size, "[GDM-S37] GraphMlp needs a width and a depth, GraphMlp<32, 3> say");
  static constexpr int time_size = 16;
  static constexpr bool needs_tokens = true;
  /// Whether a problem's sizes fit; where they do not, an assertion in the network says why.
  template <DenoiserShape shape>
  static constexpr bool takes = shape.global_latents == 0 && shape.pair_features <= Width;

  /// As written into model files.
  static std::string name() { return std::string("graph-mlp-") + std::to_string(Width) + "-" + std::to_string(Depth); }

  template <DenoiserShape shape>
  using Layer = GraphLayer<Width, shape.tokens, (shape.pools_sum ? 4 : 0), shape.pair_features, time_size>;
  template <class S, DenoiserShape shape>
  using Model = detail::TokenModel<S, shape, Width, Depth, time_size, Layer<shape>>;

  /// The network for scalar S and the sizes of one problem.
  template <class S, DenoiserShape shape>
  struct Network : detail::TokenNetwork<Model<S, shape>> {
    static_assert(shape.global_latents == 0,
                  "[GDM-S38] GraphMlp has no place for latents that belong to no token; SetMlp has");
    static_assert(shape.pair_features <= Width,
                  "[GDM-S39] GraphMlp needs a width of at least the problem's pair_features");
  };
};

GDM_NAMESPACE_END
