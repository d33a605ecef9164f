// SPDX-License-Identifier: MIT
/// @file
/// @brief The weights of a network on tokens, their names and their sizes.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include <gdm/autodiff/linear.hpp>
#include <gdm/nn/denoiser.hpp>
#include <gdm/nn/parameters.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// Weights that only some problems need: an empty struct takes no room where they are missing.
template <class S, int W, int TokenLatents>
struct TokenOutputWeights {
  Block<S, TokenLatents, W> token_output;
  Block<S, TokenLatents, 1> token_bias;
};
template <class S, int W>
struct TokenOutputWeights<S, W, 0> {};

template <class S, int W, int Shared, int GlobalLatents>
struct GlobalTokenWeights {
  Block<S, W, GlobalLatents + Shared> global_input;
  Block<S, W, 1> global_bias;
  Block<S, GlobalLatents, W> global_output;
  Block<S, GlobalLatents, 1> global_output_bias;
};
template <class S, int W, int Shared>
struct GlobalTokenWeights<S, W, Shared, 0> {};

template <class S, int GlobalFeatures>
struct NullGlobals {
  Block<S, GlobalFeatures, 1> null_globals;
};
template <class S>
struct NullGlobals<S, 0> {};

/// Weights of a network of `Depth` layers on tokens. They do not depend on the number of tokens.
template <class S, int W, std::size_t Depth, class Layer, int TimeSize, int Latents, int StepFeatures, int Features,
          int GlobalFeatures, int GlobalLatents>
struct TokenWeights : TokenOutputWeights<S, W, Latents>,
                      GlobalTokenWeights<S, W, GlobalFeatures + TimeSize, GlobalLatents>,
                      NullGlobals<S, GlobalFeatures> {
  Block<S, W, Latents + StepFeatures + Features> token_input;  ///< of what is a token's own
  Block<S, W, GlobalFeatures + TimeSize> shared_input;         ///< of global features and time, for every token
  Block<S, W, 1> token_input_bias;
  std::array<Layer, Depth> layers;
  Block<S, Features, 1> null_features;  ///< stand for "no condition" in every token
};

/// Sizes, weights and names of a network on tokens for one problem.
/// @tparam L  the layer: gdm::SetLayer or gdm::GraphLayer
template <class Scalar, DenoiserShape shape, int Width, int Depth, int TimeSize, class L>
struct TokenModel {
  using S = Scalar;
  using Layer = L;
  static constexpr int width = Width, depth = Depth, time_size = TimeSize, steps = shape.steps;
  static constexpr int M = shape.tokens;
  static constexpr int token_features = shape.token_features, token_latents = shape.token_latents;
  static constexpr int global_features = shape.global_features, global_latents = shape.global_latents;
  static constexpr int step_features = shape.step_features;
  static constexpr int pair_features = shape.pair_features;
  static constexpr int latents = shape.latents;
  static constexpr int inputs = latents + M * step_features;  ///< rows of y: the latents, then every token's features
  static constexpr int features = shape.features;
  static constexpr int pairs_at = M * token_features + global_features;  ///< first row of the pair numbers
  static constexpr int shared_size = global_features + time_size;
  static constexpr bool global = global_latents > 0;
  static_assert(latents == M * token_latents + global_latents && features == pairs_at + M * M * pair_features);

  using Parameters = TokenWeights<S, Width, Depth, typename Layer::template Parameters<S>, TimeSize, token_latents,
                                  step_features, token_features, global_features, global_latents>;

  template <class F, class First, class... P>
  static void visit(const F& f, First& first, P&... p) {
    f("token.input.weight", first.token_input, p.token_input...);
    f("token.shared.weight", first.shared_input, p.shared_input...);
    f("token.bias", first.token_input_bias, p.token_input_bias...);
    for (std::size_t k = 0; k < Depth; ++k)
      Layer::visit([&](const std::string& n, auto&... b) { f(dotted("layers", dotted(k, n)), b...); }, first.layers[k],
                   p.layers[k]...);
    if constexpr (token_latents > 0) {
      f("output.token.weight", first.token_output, p.token_output...);
      f("output.token.bias", first.token_bias, p.token_bias...);
    }
    if constexpr (global) {
      f("global.weight", first.global_input, p.global_input...);
      f("global.bias", first.global_bias, p.global_bias...);
      f("output.global.weight", first.global_output, p.global_output...);
      f("output.global.bias", first.global_output_bias, p.global_output_bias...);
    }
    f("null_features", first.null_features, p.null_features...);
    if constexpr (global_features > 0) f("null_globals", first.null_globals, p.null_globals...);
  }
};

/// Every instance's output from the last layer's columns; absent tokens get zeros.
/// @param layout  which columns of `h` belong to whom, gdm::TokenColumns
template <class Model, class S, class Layout>
[[gnu::noinline]] void token_output(const typename Model::Parameters& p, const Layout& layout, Columns<const S> h,
                                    Columns<S> out) {
  const auto copy_rows = []<int N>(std::integral_constant<int, N>, const simd::Pack<S>& z, int i, S* to) {
    S rows[simd::lanes<S>];  // rows i, i + 1, .. of N: what of the register is not padding
    simd::store<S>(rows, z);
    std::copy_n(rows, std::min(simd::lanes<S>, N - i), to + i);
  };
  constexpr int N = Model::token_latents, G = Model::global_latents;
  if constexpr (N > 0) {
    simd::product<N>(
        p.token_output.data, p.token_output.stride, Model::width, simd::Strided<S>{h.data, 1, h.stride}, layout.total,
        [&](int i, int) { return simd::load<S>(p.token_bias.data + i); },
        [&](int i, int j, const simd::Pack<S>& z) {
          const int b = layout.instance[j];
          copy_rows(std::integral_constant<int, N>{}, z, i, out[b] + (j - layout.first[b]) * N);
        });
    for (int b = 0; b < layout.n; ++b) std::fill(out[b] + layout.tokens(b) * N, out[b] + Model::M * N, S(0));
  }
  if constexpr (Model::global) {
    simd::product<G>(
        p.global_output.data, p.global_output.stride, Model::width, simd::Strided<S>{h[layout.total], 1, h.stride},
        layout.n, [&](int i, int) { return simd::load<S>(p.global_output_bias.data + i); },
        [&](int i, int j, const simd::Pack<S>& z) {
          copy_rows(std::integral_constant<int, G>{}, z, i, out[j] + Model::M * N);
        });
  }
}

}  // namespace detail
GDM_NAMESPACE_END
