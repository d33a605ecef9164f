// SPDX-License-Identifier: MIT
/// @file
/// @brief Forward pass and gradient of a network on tokens, on a tile of instances, each at its own step.
#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include <gdm/autodiff/activation.hpp>
#include <gdm/autodiff/layer_batch.hpp>
#include <gdm/autodiff/pair_sum.hpp>
#include <gdm/autodiff/token_columns.hpp>
#include <gdm/nn/time_features.hpp>
#include <gdm/nn/token_weights.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// @tparam Model  gdm::detail::TokenModel
template <class Model>
struct TokenTraining {
 private:
  using S = typename Model::S;
  using Layer = typename Model::Layer;
  using First = typename Layer::First;
  using Weights = typename Model::Parameters;
  static constexpr int W = Model::width, M = Model::M, depth = Model::depth;
  static constexpr int token_latents = Model::token_latents, global_latents = Model::global_latents;
  static constexpr int step_features = Model::step_features, token_features = Model::token_features;
  static constexpr int global_features = Model::global_features, time_size = Model::time_size;
  static constexpr int token_size = token_latents + step_features + token_features;
  static constexpr bool global = Model::global;
  template <int B>
  using Layout = TokenColumns<M, B, global>;
  template <int B>
  using Activations = Block<S, W, Layout<B>::capacity>;

 public:
  template <int B>
  struct Workspace {
    Layout<B> layout;
    PairWeights<S, W, M, Layer::pair_numbers, B> pairs;
    std::array<const S*, B> pairs_of;
    std::array<typename Layer::template Workspace<S, B>, depth> layers;
    std::array<Activations<B>, depth + 1> h;
    Activations<B> slope, d0, d1;
    Block<S, token_size, M * B> token_input;                        ///< [latents; step features; features]
    Block<S, global_latents + Model::shared_size, B> shared_input;  ///< [global latents; global features; time]
    Block<S, std::max(1, token_latents), M * B> d_token_output;
    Block<S, std::max(1, global_latents), B> d_global_output;
    Block<S, token_size, W> token_input_transposed;
    Block<S, Model::shared_size, W> shared_input_transposed;
    Block<S, global_latents + Model::shared_size, W> global_input_transposed;
    Block<S, W, std::max(1, token_latents)> token_output_transposed;
    Block<S, W, std::max(1, global_latents)> global_output_transposed;
    Block<S, time_size, Model::steps + 1> time;
  };

  template <int B>
  static void prepare(const Weights& p, Workspace<B>& w) {
    for (std::size_t k = 0; k < depth; ++k) Layer::prepare(p.layers[k], w.layers[k]);
    transpose(p.token_input, w.token_input_transposed);
    transpose(p.shared_input, w.shared_input_transposed);
    if constexpr (token_latents > 0) transpose(p.token_output, w.token_output_transposed);
    if constexpr (global) {
      transpose(p.global_input, w.global_input_transposed);
      transpose(p.global_output, w.global_output_transposed);
    }
    w.time = TimeFeatures<time_size>::template table<S, Model::steps>();
  }

  /// @param t        step of every instance
  /// @param dropped  instances that run without their condition
  /// @param tokens   present tokens of every instance, the first ones of its columns; null: all are present
  template <int B>
  static void forward(const Weights& p, const Block<S, Model::inputs, B>& y,
                      const Block<S, Model::features, B>& condition, const int* t, const bool* dropped,
                      const int* tokens, Workspace<B>& w, Block<S, Model::latents, B>& out) {
    w.layout.lay_out(tokens, B);
    for (int b = 0; b < B; ++b) gather(p, y.column(b), condition.column(b), t[b], dropped[b], b, w);
    Block<S, W, B> shared;
    affine(p.shared_input, shared_columns(w, global_latents), B, repeated(p.token_input_bias), columns_of(shared));
    const int total = w.layout.total;
    affine_first(w, p.token_input, columns_of(std::as_const(w.token_input)), total, 0,
                 [&](int i, int j) { return simd::load<S>(shared.column(w.layout.instance[j]) + i); });
    if constexpr (global) {
      affine_first(w, p.global_input, shared_columns(w, 0), B, total,
                   [&](int i, int) { return simd::load<S>(p.global_bias.data + i); });
    }
    for (std::size_t k = 0; k < depth; ++k)
      Layer::forward(p.layers[k], layer_batch(w), w.h[k], w.layers[k], w.h[k + 1]);
    token_output<Model>(p, w.layout, columns_of(std::as_const(w.h[depth])), columns_of(out));
  }

  /// Adds the gradient by the weights to `gradient`, after forward(). Rows of absent tokens in `d_out` are not read.
  template <int B>
  static void pullback(const Weights&, const bool* dropped, Workspace<B>& w, const Block<S, Model::latents, B>& d_out,
                       Weights& gradient) {
    const int total = w.layout.total;
    if constexpr (token_latents > 0) {
      for (int b = 0; b < B; ++b)
        for (int i = 0; i < w.layout.tokens(b); ++i)
          std::copy_n(d_out.column(b) + i * token_latents, token_latents,
                      w.d_token_output.column(w.layout.first[b] + i));
      const auto d = columns_of(std::as_const(w.d_token_output));
      add_outer(w.d_token_output.data, columns_of(std::as_const(w.h[depth])), total, gradient.token_output);
      add_columns(d, total, gradient.token_bias);
      affine(w.token_output_transposed, d, total, zeros<S, W>(), columns_of(w.d0));
    } else {
      std::fill_n(w.d0.data, w.d0.stride * total, S(0));
    }
    if constexpr (global) {
      for (int b = 0; b < B; ++b)
        std::copy_n(d_out.column(b) + M * token_latents, global_latents, w.d_global_output.column(b));
      const auto d = columns_of(std::as_const(w.d_global_output));
      add_outer(w.d_global_output.data, columns_of(std::as_const(w.h[depth]), total), B, gradient.global_output);
      add_columns(d, B, gradient.global_output_bias);
      affine(w.global_output_transposed, d, B, zeros<S, W>(), columns_of(w.d0, total));
    }
    auto *d = &w.d0, *next = &w.d1;
    for (std::size_t k = depth; k-- > 0;) {
      Layer::pullback(layer_batch(w), w.layers[k], *d, gradient.layers[k], *next);
      std::swap(d, next);
    }
    if constexpr (!std::is_same_v<First, Identity>) multiply_elements(*d, w.slope, w.layout.columns(), *d);
    Block<S, W, B> shared;
    const auto of_d = columns_of(std::as_const(*d)), of_shared = columns_of(std::as_const(shared));
    sum_tokens<W, S>(w.layout, of_d, 1, columns_of(shared));
    add_outer(d->data, columns_of(std::as_const(w.token_input)), total, gradient.token_input);
    add_outer(shared.data, shared_columns(w, global_latents), B, gradient.shared_input);
    add_columns(of_shared, B, gradient.token_input_bias);
    if constexpr (global) {
      add_outer(d->column(total), shared_columns(w, 0), B, gradient.global_input);
      add_columns({of_d[total], of_d.stride}, B, gradient.global_bias);
    }
    for (int b = 0; b < B; ++b)
      if (dropped[b]) add_null_gradient(shared.column(b), d->column(global ? total + b : 0), w, gradient);
  }

 private:
  template <int B>
  static auto layer_batch(Workspace<B>& w) {
    return LayerBatch<S, Layout<B>>{w.layout, shared_columns(w, global_latents + global_features), w.pairs_of.data()};
  }
  template <int B>
  static Columns<const S> shared_columns(const Workspace<B>& w, int row) {
    return {w.shared_input.data + row, w.shared_input.stride};
  }

  /// The first map and its activation on `n` columns, into the columns of h[0] from `first` on.
  template <int B, class Weight, class Start>
  static void affine_first(Workspace<B>& w, const Weight& weight, Columns<const S> x, int n, int first,
                           const Start& start) {
    simd::product<W>(weight.data, weight.stride, Weight::cols, simd::Strided<S>{x.data, 1, x.stride}, n, start,
                     [&w, first](int i, int j, const simd::Pack<S>& z) {
                       const auto f = First::template at<S>(z);
                       if constexpr (!std::is_same_v<First, Identity>)
                         simd::store<S>(w.slope.column(first + j) + i, f.slope);
                       simd::store<S>(w.h[0].column(first + j) + i, f.value);
                     });
  }

  template <int B>
  static void gather(const Weights& p, const S* y, const S* condition, int t, bool dropped, int b, Workspace<B>& w) {
    const int tokens = w.layout.tokens(b);
    for (int i = 0; i < tokens; ++i) {
      S* to = w.token_input.column(w.layout.first[b] + i);
      to = std::copy_n(y + i * token_latents, token_latents, to);
      if constexpr (step_features > 0) {  // they depend on the condition: without it there are none
        if (dropped) {
          to = std::fill_n(to, step_features, S(0));
        } else {
          to = std::copy_n(y + Model::latents + i * step_features, step_features, to);
        }
      }
      std::copy_n(dropped ? p.null_features.data : condition + i * token_features, token_features, to);
    }
    S* to = w.shared_input.column(b);
    to = std::copy_n(y + M * token_latents, global_latents, to);
    const S* globals = condition + M * token_features;
    if constexpr (global_features > 0) globals = dropped ? p.null_globals.data : globals;
    to = std::copy_n(globals, global_features, to);
    std::copy_n(w.time.column(t), time_size, to);
    const auto row = static_cast<std::size_t>(b);
    if (!dropped) w.pairs.expand(b, condition + Model::pairs_at, tokens);
    w.pairs_of[row] = dropped ? nullptr : w.pairs.of(b);
  }

  /// What the null condition stood for in one instance: every token read the same null features.
  template <int B>
  static void add_null_gradient(const S* shared, [[maybe_unused]] const S* d_global, const Workspace<B>& w,
                                Weights& gradient) {
    const auto add = [](const S& weight, const S& d, S& sum) { sum = simd::fma(weight, d, sum); };
    for (int k = 0; k < token_features; ++k)
      for (int r = 0; r < W; ++r)
        add(w.token_input_transposed(token_latents + step_features + k, r), shared[r], gradient.null_features(k, 0));
    if constexpr (global_features > 0) {
      for (int k = 0; k < global_features; ++k)
        for (int r = 0; r < W; ++r) {
          add(w.shared_input_transposed(k, r), shared[r], gradient.null_globals(k, 0));
          if constexpr (global)
            add(w.global_input_transposed(global_latents + k, r), d_global[r], gradient.null_globals(k, 0));
        }
    }
  }
};

}  // namespace detail
GDM_NAMESPACE_END
