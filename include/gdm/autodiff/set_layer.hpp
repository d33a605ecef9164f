// SPDX-License-Identifier: MIT
/// @file
/// @brief A residual layer that treats the tokens of an instance alike, whatever their number and order.
#pragma once

#include <gdm/autodiff/activation.hpp>
#include <gdm/autodiff/tokens.hpp>
#include <gdm/core/product.hpp>

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
/// @tparam M       tokens of an instance
/// @tparam D       divisor of the sum: M for the mean, a constant for a sum that grows with the number of tokens
/// @tparam Global  whether each instance has a global token; they stand behind all the tokens, one column an instance
template <int W, int M, int D, bool Global>
struct SetLayer {
  template <class S>
  using Parameters = SetLayerParameters<S, W, Global>;
  template <int B>
  static constexpr int columns = (M + (Global ? 1 : 0)) * B;

  template <class S, int B>
  struct Workspace {
    const Block<S, W, columns<B>>* x;
    Block<S, W, columns<B>> slope;
    Block<S, W, B> pooled;  ///< sum of the tokens over D
    Block<S, W, W> own_transposed, pooled_transposed, global_transposed;
  };

  /// The instance of a column when there are `n` instances.
  static constexpr int instance_of(int column, int n) noexcept { return column < M * n ? column / M : column - M * n; }

  template <class F, class First, class... P>
  static void visit(const F& f, First& first, P&... p) {
    f("own.weight", first.own, p.own...);
    f("pooled.weight", first.pooled, p.pooled...);
    f("bias", first.bias, p.bias...);
    if constexpr (Global) f("global.weight", first.global, p.global...);
  }

  template <class S, int B>
  static void prepare(const Parameters<S>& p, Workspace<S, B>& w) {
    const auto transpose = [](const Block<S, W, W>& from, Block<S, W, W>& to) {
      for (int i = 0; i < W; ++i)
        for (int o = 0; o < W; ++o) to(i, o) = from(o, i);
    };
    transpose(p.own, w.own_transposed);
    transpose(p.pooled, w.pooled_transposed);
    if constexpr (Global) transpose(p.global, w.global_transposed);
  }

  /// Sum of the tokens of each of `n` instances, over D.
  template <class S>
  static void pool(const S* x, int n, S* to) {
    constexpr std::ptrdiff_t stride = Block<S, W, 1>::stride;
    for (int b = 0; b < n; ++b)
      for (int r = 0; r < stride; r += simd::lanes<S>) {
        const S* token = x + b * M * stride + r;
        simd::Pack<S> sum = simd::load<S>(token);
        for (int i = 1; i < M; ++i) sum += simd::load<S>(token + i * stride);
        simd::store<S>(to + b * stride + r, simd::Pack<S>(sum * (S(1) / S(D))));
      }
  }

  /// b + U pooled + C g, what all columns of an instance have in common.
  template <class S>
  static void common(const Parameters<S>& p, const S* pooled, const S* global, std::ptrdiff_t stride, int n, S* to) {
    const auto store = [&](int i, int j, const simd::Pack<S>& z) { simd::store<S>(to + j * stride + i, z); };
    simd::product<W>(
        p.pooled.data, p.pooled.stride, W, simd::Strided<S>{pooled, 1, stride}, n,
        [&](int i, int) { return simd::load<S>(p.bias.data + i); }, store);
    if constexpr (Global) {
      simd::product<W>(
          p.global.data, p.global.stride, W, simd::Strided<S>{global, 1, stride}, n,
          [&](int i, int j) { return simd::load<S>(to + j * stride + i); }, store);
    }
  }

  template <class S, int B>
  static void forward(const Parameters<S>& p, const Block<S, W, columns<B>>& x, Workspace<S, B>& w,
                      Block<S, W, columns<B>>& y) {
    w.x = &x;
    pool(x.data, B, w.pooled.data);
    Block<S, W, B> shared;
    common<S>(p, w.pooled.data, x.column(Global ? M * B : 0), x.stride, B, shared.data);
    simd::product<W>(
        p.own.data, p.own.stride, W, simd::Strided<S>{x.data, 1, x.stride}, columns<B>,
        [&](int i, int j) { return simd::load<S>(shared.column(instance_of(j, B)) + i); },
        [&](int i, int j, const simd::Pack<S>& z) {
          const auto f = Silu::at<S>(z);
          simd::store<S>(w.slope.column(j) + i, f.slope);
          simd::store<S>(y.column(j) + i, simd::Pack<S>(simd::load<S>(x.column(j) + i) + f.value));
        });
  }

  template <class S, int B>
  static void pullback(const Parameters<S>&, const Workspace<S, B>& w, const Block<S, W, columns<B>>& dy,
                       Parameters<S>& gradient, Block<S, W, columns<B>>& dx) {
    const Block<S, W, columns<B>>& x = *w.x;
    Block<S, W, columns<B>> dz;
    detail::for_each_register<Block<S, W, columns<B>>>(
        [&](int i) { simd::store<S>(dz.data + i, simd::load<S>(dy.data + i) * simd::load<S>(w.slope.data + i)); });
    Block<S, W, B> shared;  // gradient by what the columns of an instance have in common
    TokenSum<M>::template forward<B>(dz, shared);
    for (int b = 0; b < B; ++b)
      for (int r = 0; r < shared.stride; r += simd::lanes<S>) {
        simd::Pack<S> sum = simd::load<S>(shared.column(b) + r);
        if constexpr (Global) sum += simd::load<S>(dz.column(M * B + b) + r);
        simd::store<S>(shared.column(b) + r, sum);
        simd::store<S>(gradient.bias.data + r, simd::Pack<S>(simd::load<S>(gradient.bias.data + r) + sum));
      }
    add_outer(dz.data, x.data, columns<B>, gradient.own);
    add_outer(shared.data, w.pooled.data, B, gradient.pooled);
    Block<S, W, B> d_pooled;
    simd::product<W>(
        w.pooled_transposed.data, w.pooled_transposed.stride, W, simd::Strided<S>{shared.data, 1, shared.stride}, B,
        [](int, int) { return simd::Pack<S>{}; },
        [&](int i, int j, const simd::Pack<S>& d) {
          simd::store<S>(d_pooled.column(j) + i, simd::Pack<S>(d * (S(1) / S(D))));
        });
    simd::product<W>(
        w.own_transposed.data, w.own_transposed.stride, W, simd::Strided<S>{dz.data, 1, dz.stride}, columns<B>,
        [&](int i, int j) {
          simd::Pack<S> start = simd::load<S>(dy.column(j) + i);
          if (j < M * B) start += simd::load<S>(d_pooled.column(j / M) + i);
          return start;
        },
        [&](int i, int j, const simd::Pack<S>& d) { simd::store<S>(dx.column(j) + i, d); });
    if constexpr (Global) {
      add_outer(shared.data, x.column(M * B), B, gradient.global);
      simd::product<W>(
          w.global_transposed.data, w.global_transposed.stride, W, simd::Strided<S>{shared.data, 1, shared.stride}, B,
          [&](int i, int j) { return simd::load<S>(dx.column(M * B + j) + i); },
          [&](int i, int j, const simd::Pack<S>& d) { simd::store<S>(dx.column(M * B + j) + i, d); });
    }
  }

 private:
  /// gradient += sum over n columns of left right^T.
  template <class S>
  static void add_outer(const S* left, const S* right, int n, Block<S, W, W>& gradient) {
    constexpr std::ptrdiff_t stride = Block<S, W, W>::stride;
    simd::product<W>(
        left, stride, n, simd::Strided<S>{right, stride, 1}, W,
        [&](int i, int j) { return simd::load<S>(gradient.column(j) + i); },
        [&](int i, int j, const simd::Pack<S>& d) { simd::store<S>(gradient.column(j) + i, d); });
  }
};

GDM_NAMESPACE_END
