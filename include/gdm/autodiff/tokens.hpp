// SPDX-License-Identifier: MIT
/// @file
/// @brief Operations between the tokens of an instance and the instance: mean, sum and broadcast.
///
/// A batch of B instances with M tokens each is a block of M * B columns, the tokens of one instance side by side.
#pragma once

#include <gdm/autodiff/block.hpp>

GDM_NAMESPACE_BEGIN

/// y_b = sum over the tokens i of instance b of x_bi, added in the order of the columns.
template <int M>
struct TokenSum {
  template <int B, class S, int N, int Columns>
  static void forward(const Block<S, N, Columns>& x, Block<S, N, B>& y) {
    static_assert(Columns >= M * B, "a column for every token of every instance");
    for (int b = 0; b < B; ++b)
      for (int r = 0; r < y.stride; r += simd::lanes<S>) {
        simd::Pack<S> sum = simd::load<S>(x.column(b * M) + r);
        for (int i = 1; i < M; ++i) sum += simd::load<S>(x.column(b * M + i) + r);
        simd::store<S>(y.column(b) + r, sum);
      }
  }
  /// dx_bi = dy_b.
  template <int B, class S, int N, int Columns>
  static void pullback(const Block<S, N, B>& dy, Block<S, N, Columns>& dx) {
    for (int j = 0; j < M * B; ++j)
      for (int r = 0; r < dy.stride; r += simd::lanes<S>)
        simd::store<S>(dx.column(j) + r, simd::load<S>(dy.column(j / M) + r));
  }
};

/// y_b = mean over the tokens of instance b.
template <int M>
struct TokenMean {
  template <int B, class S, int N, int Columns>
  static void forward(const Block<S, N, Columns>& x, Block<S, N, B>& y) {
    TokenSum<M>::template forward<B>(x, y);
    scale(y);
  }
  /// dx_bi = dy_b / M.
  template <int B, class S, int N, int Columns>
  static void pullback(const Block<S, N, B>& dy, Block<S, N, Columns>& dx) {
    Block<S, N, B> d = dy;
    scale(d);
    TokenSum<M>::template pullback<B>(d, dx);
  }

 private:
  template <class B>
  static void scale(B& y) {
    using S = typename B::Scalar;
    detail::for_each_register<B>(
        [&](int i) { simd::store<S>(y.data + i, simd::Pack<S>(simd::load<S>(y.data + i) * (S(1) / S(M)))); });
  }
};

/// y_bi = x_b for every token i: the pullback of TokenSum, and the other way round.
template <int M>
struct TokenBroadcast {
  template <int B, class S, int N, int Columns>
  static void forward(const Block<S, N, B>& x, Block<S, N, Columns>& y) {
    TokenSum<M>::template pullback<B>(x, y);
  }
  template <int B, class S, int N, int Columns>
  static void pullback(const Block<S, N, Columns>& dy, Block<S, N, B>& dx) {
    TokenSum<M>::template forward<B>(dy, dx);
  }
};

GDM_NAMESPACE_END
