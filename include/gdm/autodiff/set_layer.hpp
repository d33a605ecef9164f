// SPDX-License-Identifier: MIT
/// @file
/// @brief A residual layer that treats the tokens of an instance alike, whatever their number and order.
#pragma once

#include <utility>

#include <gdm/autodiff/activation.hpp>
#include <gdm/autodiff/layer_batch.hpp>
#include <gdm/autodiff/token_columns.hpp>

GDM_NAMESPACE_BEGIN

/// Weights of a SetLayer; the same for any number of tokens.
template <class S, int W, bool Global>
struct SetLayerParameters {
  Block<S, W, W> own;     ///< A, on every column
  Block<S, W, W> pooled;  ///< U, on the mean or sum of the tokens
  Block<S, W, 1> bias;
};
template <class S, int W>
struct SetLayerParameters<S, W, true> : SetLayerParameters<S, W, false> {
  Block<S, W, W> global;  ///< C, on the global token
};

/// h_j <- h_j + silu(A h_j + U sum_i(h_i) / D + C g + b) for every token j of an instance and for its global token g,
/// if it has one (Zaheer et al. 2017, Theorem 3, with a non-linearity, a residual sum and a distinguished element).
/// @tparam W       width, rows of every column
/// @tparam M       most tokens of an instance
/// @tparam D       divisor of the sum: 0 for the mean of those present, else a constant, for a sum that grows with them
/// @tparam Global  whether each instance has a global token
template <int W, int M, int D, bool Global>
struct SetLayer {
  static constexpr bool global = Global;
  static constexpr int pair_numbers = 0;
  using First = Silu;  ///< activation of the map from the inputs to the first layer
  template <class S>
  using Parameters = SetLayerParameters<S, W, Global>;
  template <int B>
  static constexpr int columns = TokenColumns<M, B, Global>::capacity;

  template <class F, class Front, class... P>
  static void visit(const F& f, Front& front, P&... p) {
    f("own.weight", front.own, p.own...);
    f("pooled.weight", front.pooled, p.pooled...);
    f("bias", front.bias, p.bias...);
    if constexpr (Global) f("global.weight", front.global, p.global...);
  }

  // ---- training ---------------------------------------------------------------------------------------------------
  template <class S, int B>
  struct Workspace {
    const Block<S, W, columns<B>>* x;
    Block<S, W, columns<B>> slope;
    Block<S, W, B> pooled;  ///< sum of the tokens over D
    Block<S, W, W> own_transposed, pooled_transposed, global_transposed;
  };

  template <class S, int B>
  static void prepare(const Parameters<S>& p, Workspace<S, B>& w) {
    detail::transpose(p.own, w.own_transposed);
    detail::transpose(p.pooled, w.pooled_transposed);
    if constexpr (Global) detail::transpose(p.global, w.global_transposed);
  }

  template <class S, int B>
  static void forward(const Parameters<S>& p, const LayerBatch<S, TokenColumns<M, B, Global>>& batch,
                      const Block<S, W, columns<B>>& x, Workspace<S, B>& w, Block<S, W, columns<B>>& y) {
    w.x = &x;
    Block<S, W, B> shared;
    common<S>(p, batch.layout, x, w.pooled, shared);
    own<S>(p, batch.layout, x, shared, [&](int i, int j, const simd::Pack<S>& z) {
      const auto f = Silu::at<S>(z);
      simd::store<S>(w.slope.column(j) + i, f.slope);
      simd::store<S>(y.column(j) + i, simd::Pack<S>(simd::load<S>(x.column(j) + i) + f.value));
    });
  }

  template <class S, int B>
  static void pullback(const LayerBatch<S, TokenColumns<M, B, Global>>& batch, const Workspace<S, B>& w,
                       const Block<S, W, columns<B>>& dy, Parameters<S>& gradient, Block<S, W, columns<B>>& dx) {
    const auto& layout = batch.layout;
    const int n = layout.n, total = layout.total, all = layout.columns();
    const Block<S, W, columns<B>>& x = *w.x;
    Block<S, W, columns<B>> dz;
    detail::multiply_elements(dy, w.slope, all, dz);
    Block<S, W, B> shared;  // gradient by what the columns of an instance have in common
    detail::sum_tokens<W, S>(layout, detail::columns_of(std::as_const(dz)), 1, detail::columns_of(shared));
    if constexpr (Global) {
      for (int i = 0; i < n * shared.stride; i += simd::lanes<S>)
        simd::store<S>(shared.data + i,
                       simd::Pack<S>(simd::load<S>(shared.data + i) + simd::load<S>(dz.column(total) + i)));
    }
    const auto of_shared = detail::columns_of(std::as_const(shared));
    detail::add_columns(of_shared, n, gradient.bias);
    detail::add_outer(dz.data, detail::columns_of(x), all, gradient.own);
    detail::add_outer(shared.data, detail::columns_of(w.pooled), n, gradient.pooled);
    Block<S, W, B> d_pooled;
    detail::affine(w.pooled_transposed, of_shared, n, detail::zeros<S, W>(), detail::columns_of(d_pooled));
    for (int b = 0; b < n; ++b) {
      const S scale = detail::pooling_scale<S>(D, layout.tokens(b));
      for (int r = 0; r < d_pooled.stride; r += simd::lanes<S>)
        simd::store<S>(d_pooled.column(b) + r, simd::Pack<S>(simd::load<S>(d_pooled.column(b) + r) * scale));
    }
    simd::product<W>(
        w.own_transposed.data, w.own_transposed.stride, W, simd::Strided<S>{dz.data, 1, dz.stride}, all,
        [&](int i, int j) {
          simd::Pack<S> start = simd::load<S>(dy.column(j) + i);
          if (!Global || j < total) start += simd::load<S>(d_pooled.column(layout.instance[j]) + i);
          return start;
        },
        [&](int i, int j, const simd::Pack<S>& d) { simd::store<S>(dx.column(j) + i, d); });
    if constexpr (Global) {
      detail::add_outer(shared.data, detail::columns_of(x, total), n, gradient.global);
      const auto to = detail::columns_of(dx, total);
      detail::affine(w.global_transposed, of_shared, n, {to.data, to.stride}, to);
    }
  }

  // ---- sampling ---------------------------------------------------------------------------------------------------
  template <class S, int Steps>
  struct Tables {};
  template <class S, int Steps, int TimeSize>
  static void tabulate(const Parameters<S>&, const Block<S, TimeSize, Steps + 1>&, Tables<S, Steps>&) {}

  template <class S, int B>
  struct Scratch {
    Block<S, W, B> pooled, shared;
  };

  /// The layer on the columns of `x`, without what only training needs.
  template <class S, int Steps, int B>
  static void apply(const Parameters<S>& p, const Tables<S, Steps>&, int,
                    const LayerBatch<S, TokenColumns<M, B, Global>>& batch, const Block<S, W, columns<B>>& x,
                    Scratch<S, B>& s, Block<S, W, columns<B>>& y) {
    common<S>(p, batch.layout, x, s.pooled, s.shared);
    own<S>(p, batch.layout, x, s.shared, [&](int i, int j, const simd::Pack<S>& z) {
      simd::store<S>(y.column(j) + i, simd::Pack<S>(simd::load<S>(x.column(j) + i) + Silu::at<S>(z).value));
    });
  }

 private:
  /// b + U pooled + C g, what all columns of an instance have in common.
  template <class S, int B>
  static void common(const Parameters<S>& p, const TokenColumns<M, B, Global>& layout, const Block<S, W, columns<B>>& x,
                     Block<S, W, B>& pooled, Block<S, W, B>& to) {
    detail::sum_tokens<W, S>(layout, detail::columns_of(x), D, detail::columns_of(pooled));
    detail::affine(p.pooled, detail::columns_of(std::as_const(pooled)), layout.n, detail::repeated(p.bias),
                   detail::columns_of(to));
    if constexpr (Global)
      detail::affine(p.global, detail::columns_of(x, layout.total), layout.n, detail::columns_of(std::as_const(to)),
                     detail::columns_of(to));
  }

  /// A h_j + what the instance has in common, finished in registers.
  template <class S, int B, class Finish>
  static void own(const Parameters<S>& p, const TokenColumns<M, B, Global>& layout, const Block<S, W, columns<B>>& x,
                  const Block<S, W, B>& shared, const Finish& finish) {
    simd::product<W>(
        p.own.data, p.own.stride, W, simd::Strided<S>{x.data, 1, x.stride}, layout.columns(),
        [&](int i, int j) { return simd::load<S>(shared.column(layout.instance[j]) + i); }, finish);
  }
};

GDM_NAMESPACE_END
