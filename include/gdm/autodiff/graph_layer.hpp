// SPDX-License-Identifier: MIT
/// @file
/// @brief A residual layer on tokens and on numbers for every ordered pair of them.
#pragma once

#include <algorithm>
#include <utility>

#include <gdm/autodiff/activation.hpp>
#include <gdm/autodiff/layer_batch.hpp>
#include <gdm/autodiff/pair_sum.hpp>
#include <gdm/autodiff/token_columns.hpp>

GDM_NAMESPACE_BEGIN

/// Weights of a GraphLayer; the same for any number of tokens.
template <class S, int W, int TimeSize, bool Pairs>
struct GraphLayerParameters {
  Block<S, W, W> own;          ///< A, on every token
  Block<S, W, W> pooled;       ///< M, on the mean of the tokens
  Block<S, W, TimeSize> time;  ///< T, on the features of the diffusion step
  Block<S, W, 1> bias;
  Block<S, W, W> output;  ///< O, from what has been activated to what is added
};
template <class S, int W, int TimeSize>
struct GraphLayerParameters<S, W, TimeSize, true> : GraphLayerParameters<S, W, TimeSize, false> {
  Block<S, W, W> value;  ///< V, what a token tells the others
};

/// x_i <- x_i + O silu(A x_i + M mean_j x_j + T phi(t) + b + head_i), where block c of head_i is sum_j S^(c)_ij (V x_j)_c:
/// attention with C heads whose weights S^(c) are given by the problem, and are not normalised.
/// @tparam W         width; row r of V x belongs to block floor(r C / W): if C does not divide W, some are one row larger
/// @tparam M         most tokens of an instance
/// @tparam D         divisor of the tokens' sum: 0 for the mean of those present, else a constant
/// @tparam C         numbers of a pair; 0: no heads
template <int W, int M, int D, int C, int TimeSize>
struct GraphLayer {
  static constexpr bool global = false;
  static constexpr int pair_numbers = C;
  using First = Identity;  ///< activation of the map from the inputs to the first layer
  static constexpr bool paired = C > 0;
  template <class S>
  using Parameters = GraphLayerParameters<S, W, TimeSize, paired>;
  template <int B>
  static constexpr int columns = TokenColumns<M, B, false>::capacity;
  /// Rows of [A x; V x], each part padded to whole registers.
  template <class S>
  static constexpr int rows = (paired ? 2 : 1) * simd::padded<S>(W);

  template <class F, class Front, class... P>
  static void visit(const F& f, Front& front, P&... p) {
    f("own.weight", front.own, p.own...);
    f("pooled.weight", front.pooled, p.pooled...);
    f("time.weight", front.time, p.time...);
    f("bias", front.bias, p.bias...);
    f("output.weight", front.output, p.output...);
    if constexpr (paired) f("value.weight", front.value, p.value...);
  }

  // ---- training ---------------------------------------------------------------------------------------------------
  template <class S, int B>
  struct Workspace {
    const Block<S, W, columns<B>>* x;
    Block<S, W, columns<B>> slope, activated;
    Block<S, W, B> pooled;
    Block<S, rows<S>, B> shared;
    Block<S, rows<S>, columns<B>> z;
    Block<S, rows<S>, W> stacked;
    Block<S, W, W> own_transposed, value_transposed, pooled_transposed, output_transposed;
  };

  template <class S, int B>
  static void prepare(const Parameters<S>& p, Workspace<S, B>& w) {
    stack(p, w.stacked);
    detail::transpose(p.own, w.own_transposed);
    if constexpr (paired) detail::transpose(p.value, w.value_transposed);
    detail::transpose(p.pooled, w.pooled_transposed);
    detail::transpose(p.output, w.output_transposed);
  }

  template <class S, int B>
  static void forward(const Parameters<S>& p, const LayerBatch<S, TokenColumns<M, B, false>>& batch,
                      const Block<S, W, columns<B>>& x, Workspace<S, B>& w, Block<S, W, columns<B>>& y) {
    w.x = &x;
    w.shared = {};
    const auto shared = detail::columns_of(w.shared);
    detail::affine(p.time, batch.time, batch.layout.n, detail::repeated(p.bias), shared);
    before_heads(p, w.stacked, batch.layout, x, {shared.data, shared.stride}, w.pooled, w.shared, w.z);
    heads<S>(batch, w.z, [&w](int i, int j, const simd::Pack<S>& z) {
      const auto f = Silu::at<S>(z);
      simd::store<S>(w.slope.column(j) + i, f.slope);
      simd::store<S>(w.activated.column(j) + i, f.value);
    });
    detail::affine(p.output, detail::columns_of(std::as_const(w.activated)), batch.layout.total, detail::columns_of(x),
                   detail::columns_of(y));
  }

  template <class S, int B>
  static void pullback(const LayerBatch<S, TokenColumns<M, B, false>>& batch, Workspace<S, B>& w,
                       const Block<S, W, columns<B>>& dy, Parameters<S>& gradient, Block<S, W, columns<B>>& dx) {
    const auto& layout = batch.layout;
    const int n = layout.n, total = layout.total;
    const auto x = detail::columns_of(*w.x);
    Block<S, W, columns<B>> dz;
    detail::add_outer(dy.data, detail::columns_of(std::as_const(w.activated)), total, gradient.output);
    detail::affine(w.output_transposed, detail::columns_of(dy), total, detail::zeros<S, W>(), detail::columns_of(dz));
    detail::multiply_elements(dz, w.slope, total, dz);
    const auto of_dz = detail::columns_of(std::as_const(dz));
    detail::add_outer(dz.data, x, total, gradient.own);
    Block<S, W, B> shared, d_pooled;
    const auto of_shared = detail::columns_of(std::as_const(shared));
    detail::sum_tokens<W, S>(layout, of_dz, 1, detail::columns_of(shared));
    detail::add_columns(of_shared, n, gradient.bias);
    detail::add_outer(shared.data, batch.time, n, gradient.time);
    detail::add_outer(shared.data, detail::columns_of(std::as_const(w.pooled)), n, gradient.pooled);
    detail::affine(w.pooled_transposed, of_shared, n, detail::zeros<S, W>(), detail::columns_of(d_pooled));
    for (int b = 0; b < n; ++b) {  // every token of the mean had the same share
      const S scale = detail::pooling_scale<S>(D, layout.tokens(b));
      for (int j = layout.first[b]; j < layout.first[b + 1]; ++j)
        for (int r = 0; r < dx.stride; r += simd::lanes<S>)
          simd::store<S>(dx.column(j) + r, simd::fma(simd::load<S>(d_pooled.column(b) + r), simd::broadcast<S>(scale),
                                                     simd::load<S>(dy.column(j) + r)));
    }
    const auto of_dx = detail::columns_of(dx);
    detail::affine(w.own_transposed, of_dz, total, {of_dx.data, of_dx.stride}, of_dx);
    if constexpr (paired) {
      Block<S, W, columns<B>> dv;
      for (int b = 0; b < n; ++b) {
        const auto sums = pairs_of<S>(batch, b, detail::zeros<S, W>(), of_dz, true);
        detail::pair_sum<W>(sums, 1, [&](int i, int j, const simd::Pack<S>& d) {
          simd::store<S>(dv.column(layout.first[b] + j) + i, d);
        });
      }
      const auto of_dv = detail::columns_of(std::as_const(dv));
      detail::add_outer(dv.data, x, total, gradient.value);
      detail::affine(w.value_transposed, of_dv, total, {of_dx.data, of_dx.stride}, of_dx);
    }
  }

  // ---- sampling ---------------------------------------------------------------------------------------------------
  template <class S, int Steps>
  struct Tables {
    Block<S, rows<S>, Steps + 1> time;  ///< T phi(t) + b above zeros
    Block<S, rows<S>, W> stacked;       ///< [A; V]
  };
  template <class S, int Steps>
  static void tabulate(const Parameters<S>& p, const Block<S, TimeSize, Steps + 1>& phi, Tables<S, Steps>& tables) {
    stack(p, tables.stacked);
    tables.time = {};
    detail::affine(p.time, detail::columns_of(phi), Steps + 1, detail::repeated(p.bias),
                   detail::columns_of(tables.time));
  }

  template <class S, int B>
  struct Scratch {
    Block<S, W, B> pooled;
    Block<S, rows<S>, B> shared;
    Block<S, rows<S>, columns<B>> z;
    Block<S, W, columns<B>> activated;
  };

  /// The layer on the columns of `x`, without what only training needs.
  template <class S, int Steps, int B>
  static void apply(const Parameters<S>& p, const Tables<S, Steps>& tables, int t,
                    const LayerBatch<S, TokenColumns<M, B, false>>& batch, const Block<S, W, columns<B>>& x,
                    Scratch<S, B>& s, Block<S, W, columns<B>>& y) {
    s.shared = {};
    before_heads(p, tables.stacked, batch.layout, x, {tables.time.column(t), 0}, s.pooled, s.shared, s.z);
    heads<S>(batch, s.z, [&s](int i, int j, const simd::Pack<S>& z) {
      simd::store<S>(s.activated.column(j) + i, Silu::at<S>(z).value);
    });
    detail::affine(p.output, detail::columns_of(std::as_const(s.activated)), batch.layout.total, detail::columns_of(x),
                   detail::columns_of(y));
  }

 private:
  template <class S>
  static void stack(const Parameters<S>& p, Block<S, rows<S>, W>& to) {
    constexpr int part = simd::padded<S>(W);
    for (int j = 0; j < W; ++j) {
      std::copy_n(p.own.column(j), part, to.column(j));
      if constexpr (paired) std::copy_n(p.value.column(j), part, to.column(j) + part);
    }
  }

  /// z_j = [A x_j + M mean + time; V x_j]; the lower half of `shared` has to be zero.
  template <class S, int B>
  static void before_heads(const Parameters<S>& p, const Block<S, rows<S>, W>& stacked,
                           const TokenColumns<M, B, false>& layout, const Block<S, W, columns<B>>& x,
                           detail::Columns<const S> time, Block<S, W, B>& pooled, Block<S, rows<S>, B>& shared,
                           Block<S, rows<S>, columns<B>>& z) {
    detail::sum_tokens<W, S>(layout, detail::columns_of(x), D, detail::columns_of(pooled));
    detail::affine(p.pooled, detail::columns_of(std::as_const(pooled)), layout.n, time, detail::columns_of(shared));
    simd::product<rows<S>, (paired ? 2 : 1) * W>(
        stacked.data, stacked.stride, W, simd::Strided<S>{x.data, 1, x.stride}, layout.total,
        [&](int i, int j) { return simd::load<S>(shared.column(layout.instance[j]) + i); },
        [&](int i, int j, const simd::Pack<S>& sum) { simd::store<S>(z.column(j) + i, sum); });
  }

  template <class S, class Batch>
  static detail::PairSum<S> pairs_of(const Batch& batch, int b, detail::Columns<const S> z, detail::Columns<const S> x,
                                     bool transposed = false) {
    const int tokens = batch.layout.tokens(b);
    const std::ptrdiff_t column = simd::padded<S>(W), row = column * tokens;
    const S* weight = paired ? batch.pairs[b] : nullptr;
    const std::ptrdiff_t first = batch.layout.first[b];
    return {weight,
            transposed ? column : row,
            transposed ? row : column,
            tokens,
            weight == nullptr ? 0 : tokens,
            {z.data + first * z.stride, z.stride},
            {x.data + first * x.stride, x.stride}};
  }

  /// Adds the heads to the upper half of z and finishes in registers; samples of one instance share their pairs.
  template <class S, int B, class Finish>
  static void heads(const LayerBatch<S, TokenColumns<M, B, false>>& batch, const Block<S, rows<S>, columns<B>>& z,
                    const Finish& finish) {
    const auto upper = detail::columns_of(z);
    const detail::Columns<const S> lower{z.data + (paired ? simd::padded<S>(W) : 0), z.stride};
    for (int b = 0; b < batch.layout.n;) {
      const auto sums = pairs_of<S>(batch, b, upper, lower);
      const int first = batch.layout.first[b];
      int samples = 1;
      while (sums.weight != nullptr && b + samples < batch.layout.n && batch.pairs[b + samples] == sums.weight)
        ++samples;
      detail::pair_sum<W>(sums, samples, [&](int i, int j, const simd::Pack<S>& sum) { finish(i, first + j, sum); });
      b += samples;
    }
  }
};

GDM_NAMESPACE_END
