// SPDX-License-Identifier: MIT
/// @file
/// @brief Sampling with a network on tokens: what the weights, the step and the condition allow to be done once.
#pragma once

#include <algorithm>
#include <array>
#include <type_traits>
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
struct TokenPrediction {
 private:
  using S = typename Model::S;
  using Layer = typename Model::Layer;
  using First = typename Layer::First;
  using Weights = typename Model::Parameters;
  static constexpr int W = Model::width, M = Model::M, depth = Model::depth, steps = Model::steps;
  static constexpr int token_latents = Model::token_latents, global_latents = Model::global_latents;
  static constexpr int step_features = Model::step_features, token_features = Model::token_features;
  static constexpr int global_features = Model::global_features, time_size = Model::time_size;
  static constexpr bool global = Model::global;
  template <int B>
  using Layout = TokenColumns<M, B, global>;
  template <int B>
  using Activations = Block<S, W, Layout<B>::capacity>;

  struct GlobalTables {
    Block<S, W, steps + 1> time;
    Block<S, W, 1> null_condition;
  };
  struct NoGlobalTables {};

 public:
  /// What depends on the weights and the step alone: the first map's sums over the time, those over the null
  /// condition, and what the layers have of the kind.
  struct Tables : std::conditional_t<global, GlobalTables, NoGlobalTables> {
    Block<S, W, steps + 1> token_time;
    Block<S, W, 1> token_null;
    std::array<typename Layer::template Tables<S, steps>, depth> layers;
  };
  static void tabulate(const Weights& p, Tables& tables) {
    const auto& phi = TimeFeatures<time_size>::template table<S, steps>();
    const auto of_time = [&](const S* weight, std::ptrdiff_t lda, const auto& bias, auto& to) {
      affine<W, S>(weight, lda, time_size, simd::Strided<S>{phi.data, 1, phi.stride}, steps + 1, repeated(bias),
                   columns_of(to));
    };
    of_time(p.shared_input.column(global_features), p.shared_input.stride, p.token_input_bias, tables.token_time);
    Block<S, std::max(1, global_features), 1> null_globals{};
    if constexpr (global_features > 0) null_globals = p.null_globals;
    Block<S, W, 1> of_globals;
    project(p.shared_input.data, global_features, null_globals.data, of_globals.data);
    of_features(p, p.null_features.data, 1, of_globals, tables.token_null.data);
    if constexpr (global) {
      of_time(p.global_input.column(global_latents + global_features), p.global_input.stride, p.global_bias,
              tables.time);
      project(p.global_input.column(global_latents), global_features, null_globals.data, tables.null_condition.data);
    }
    for (std::size_t k = 0; k < depth; ++k) Layer::tabulate(p.layers[k], phi, tables.layers[k]);
  }

  /// What depends on the weights and the condition alone: the first map's sums, one column for each present token and
  /// for the global ones, and the pairs' weights.
  template <int B>
  struct Instance {
    Block<S, W, Layout<B>::capacity> sums;  ///< tokens side by side; global ones from column M * B on
    std::array<int, B> tokens;
    std::array<int, B> pairs_of;  ///< the instance whose pairs are read
    PairWeights<S, W, M, Layer::pair_numbers, B> pairs;
  };
  /// @param counts  present tokens of every instance, the first ones of its columns; null: all are present
  template <int B>
  static void condition(const Weights& p, const Block<S, Model::features, B>& x, int n, const int* counts,
                        Instance<B>& instance) {
    int first = 0;
    for (int b = 0; b < n; ++b) {
      const int tokens = counts == nullptr ? M : counts[b];
      const S* globals = x.column(b) + M * token_features;
      Block<S, W, 1> of_globals;
      project(p.shared_input.data, global_features, globals, of_globals.data);
      of_features(p, x.column(b), tokens, of_globals, instance.sums.column(first));
      if constexpr (global)
        project(p.global_input.column(global_latents), global_features, globals, instance.sums.column(M * B + b));
      instance.pairs.expand(b, x.column(b) + Model::pairs_at, tokens);
      const auto row = static_cast<std::size_t>(b);
      instance.tokens[row] = tokens;
      instance.pairs_of[row] = b;
      first += tokens;
    }
  }
  /// Gives instances 1 .. n - 1 the condition of instance 0. They share its pairs.
  template <int B>
  static void spread(Instance<B>& instance, int n) {
    constexpr int stride = Block<S, W, 1>::stride;
    const int tokens = instance.tokens[0];
    for (int b = 1; b < n; ++b) {
      const auto row = static_cast<std::size_t>(b);
      instance.tokens[row] = tokens;
      instance.pairs_of[row] = 0;
      std::copy_n(instance.sums.column(0), stride * tokens, instance.sums.column(b * tokens));
      if constexpr (global) std::copy_n(instance.sums.column(M * B), stride, instance.sums.column(M * B + b));
    }
  }

  template <int B>
  struct Scratch {
    Layout<2 * B> layout;
    std::array<const S*, 2 * B> pairs_of;
    Activations<2 * B> a, b;
    Block<S, std::max(1, token_latents + step_features), M * B> input;  ///< of every present token
    typename Layer::template Scratch<S, 2 * B> layer;
  };

  /// The output for `n` instances at step `t`; when `guided`, outputs n .. 2n - 1 are the unconditional ones.
  template <bool guided, int B>
  static void predict(const Weights& p, const Tables& tables, int t, const Block<S, Model::inputs, B>& y,
                      const Instance<B>& instance, int n, Scratch<B>& s, Block<S, Model::latents, 2 * B>& out) {
    predict(p, tables, t, y, instance, n, guided, s, out);
  }

 private:
  template <int B>
  [[gnu::noinline]] static void predict(const Weights& p, const Tables& tables, int t,
                                        const Block<S, Model::inputs, B>& y, const Instance<B>& instance, int n,
                                        bool guided, Scratch<B>& s, Block<S, Model::latents, 2 * B>& out) {
    s.layout.lay_out(instance.tokens.data(), n, guided ? 2 : 1);
    const auto& layout = s.layout;
    for (int b = 0; b < layout.n; ++b)
      s.pairs_of[static_cast<std::size_t>(b)] =
          b < n ? instance.pairs.of(instance.pairs_of[static_cast<std::size_t>(b)]) : nullptr;
    for (int b = 0; b < n; ++b)
      for (int i = 0; i < layout.tokens(b); ++i) {
        S* to = std::copy_n(y.column(b) + i * token_latents, token_latents, s.input.column(layout.first[b] + i));
        std::copy_n(y.column(b) + Model::latents + i * step_features, step_features, to);
      }
    const int total = layout.first[n];  // present tokens, those of the unconditional branch left out
    const S* sums = instance.sums.data;
    if constexpr (step_features > 0) {
      affine<W, S>(p.token_input.column(token_latents), p.token_input.stride, step_features,
                   {s.input.data + token_latents, 1, s.input.stride}, total, columns_of(instance.sums),
                   columns_of(s.b));
      sums = s.b.data;
    }
    first_layer(p.token_input.data, token_latents, {s.input.data, 1, s.input.stride}, total,
                tables.token_time.column(t), sums, tables.token_null.data, s.a.data,
                guided ? s.a.column(total) : nullptr);
    if constexpr (global) {
      first_layer(p.global_input.data, global_latents, {y.data + M * token_latents, 1, y.stride}, n,
                  tables.time.column(t), instance.sums.column(M * B), tables.null_condition.data,
                  s.a.column(layout.total), guided ? s.a.column(layout.total + n) : nullptr);
    }
    auto *h = &s.a, *next = &s.b;
    const LayerBatch<S, Layout<2 * B>> batch{layout, {nullptr, 0}, s.pairs_of.data()};
    for (std::size_t k = 0; k < depth; ++k) {
      Layer::apply(p.layers[k], tables.layers[k], t, batch, *h, s.layer, *next);
      std::swap(h, next);
    }
    token_output<Model>(p, layout, columns_of(std::as_const(*h)), columns_of(out));
  }

  /// The first map and its activation: of y, the step and the condition, and, unless it is null, `without` the latter.
  [[gnu::noinline]] static void first_layer(const S* weight, int rows, const simd::Strided<S>& y, int n, const S* time,
                                            const S* sums, const S* null_sum, S* with, S* without) {
    constexpr std::ptrdiff_t stride = Block<S, W, 1>::stride;
    simd::product<W>(
        weight, stride, rows, y, n, [=](int i, int) { return simd::load<S>(time + i); },
        [=](int i, int j, const simd::Pack<S>& z) {
          const simd::Pack<S> sum = z + simd::load<S>(sums + j * stride + i);
          simd::store<S>(with + j * stride + i, First::template at<S>(sum).value);
          if (without == nullptr) return;
          const simd::Pack<S> null = z + simd::load<S>(null_sum + i);
          simd::store<S>(without + j * stride + i, First::template at<S>(null).value);
        });
  }
  /// to = weight x for one column of `rows` numbers; zero if there are none.
  static void project(const S* weight, int rows, const S* x, S* to) {
    affine<W, S>(weight, Block<S, W, 1>::stride, rows, {x, 1, 0}, 1, zeros<S, W>(), {to, 0});
  }
  /// The first map's sums over the features of `n` tokens, the global ones' included.
  static void of_features(const Weights& p, const S* x, int n, const Block<S, W, 1>& of_globals, S* to) {
    affine<W, S>(p.token_input.column(token_latents + step_features), p.token_input.stride, token_features,
                 {x, 1, token_features}, n, repeated(of_globals), {to, Block<S, W, 1>::stride});
  }
};

}  // namespace detail
GDM_NAMESPACE_END
