// SPDX-License-Identifier: MIT
/// @file
/// @brief Sums over the other tokens, weighed by what each means to the token: sum_j E_ij x_j, row by row.
#pragma once

#include <gdm/autodiff/linear.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// z_i + sum_j E_ij x_j, element by element, for the tokens i of one or more samples that share the weights E.
template <class S>
struct PairSum {
  const S* weight;  ///< E_ij at `weight + i * i_stride + j * j_stride`, a column like x_j
  std::ptrdiff_t i_stride, j_stride;
  int tokens;             ///< of a sample
  int others;             ///< tokens that are summed over: `tokens`, or 0 where there are no weights
  Columns<const S> z, x;  ///< token i of sample s is column s * tokens + i
};

/// `I` tokens of `N` samples: every register of weights is loaded once for the samples, every x once for the tokens.
/// Each sum runs over j in order, whatever I and N are.
template <int I, int N, class S, class Finish>
inline void pair_block(const PairSum<S>& p, int row, int i, int s, const Finish& finish) {
  simd::Pack<S> sum[I][N];
  GDM_UNROLL
  for (int a = 0; a < I; ++a) {
    GDM_UNROLL
    for (int c = 0; c < N; ++c) sum[a][c] = simd::load<S>(p.z[(s + c) * p.tokens + i + a] + row);
  }
  const S* weight = p.weight + i * p.i_stride + row;
  const S* x = p.x[s * p.tokens] + row;
  const std::ptrdiff_t sample = p.tokens * p.x.stride;
  for (int j = 0; j < p.others; ++j) {
    simd::Pack<S> e[I];
    GDM_UNROLL
    for (int a = 0; a < I; ++a) e[a] = simd::load<S>(weight + a * p.i_stride);
    GDM_UNROLL
    for (int c = 0; c < N; ++c) {
      const simd::Pack<S> of_j = simd::load<S>(x + c * sample);
      GDM_UNROLL
      for (int a = 0; a < I; ++a) sum[a][c] = simd::fma(e[a], of_j, sum[a][c]);
    }
    weight += p.j_stride;
    x += p.x.stride;
  }
  GDM_UNROLL
  for (int a = 0; a < I; ++a) {
    GDM_UNROLL
    for (int c = 0; c < N; ++c) finish(row, (s + c) * p.tokens + i + a, sum[a][c]);
  }
}

/// One sample takes eight tokens at a time: fewer sums would wait for each other's multiply-adds.
template <int N, class S, class Finish>
inline void pair_band(const PairSum<S>& p, int row, int s, const Finish& finish) {
  constexpr int widest = !simd::has_registers<S> ? 2 : N == 1 ? 8 : simd::accumulators >= 20 ? 4 : 2;
  int i = 0;
  for (; i + widest <= p.tokens; i += widest) pair_block<widest, N>(p, row, i, s, finish);
  if constexpr (widest > 4) {
    if (i + 4 <= p.tokens) pair_block<4, N>(p, row, i, s, finish), i += 4;
  }
  if constexpr (widest > 2) {
    if (i + 2 <= p.tokens) pair_block<2, N>(p, row, i, s, finish), i += 2;
  }
  if (i < p.tokens) pair_block<1, N>(p, row, i, s, finish);
}

/// @param finish  `void finish(int row, int column, Pack sum)`: takes `lanes<S>` rows of the result from `row` on
template <int Rows, class S, class Finish>
inline void pair_sum(const PairSum<S>& p, int samples, const Finish& finish) {
  int s = 0;
  for (; s + 4 <= samples; s += 4)
    for (int row = 0; row < simd::padded<S>(Rows); row += simd::lanes<S>) pair_band<4>(p, row, s, finish);
  for (; s < samples; ++s)
    for (int row = 0; row < simd::padded<S>(Rows); row += simd::lanes<S>) pair_band<1>(p, row, s, finish);
}

}  // namespace detail

/// The pair numbers of up to `B` instances as weights of whole columns: row r of E_ij is number floor(r C / W) of the
/// pair (i, j), so that a sum over them is made of full-width multiply-adds. W rows, at most M tokens, C numbers a pair.
template <class S, int W, int M, int C, int B>
struct PairWeights {
  static constexpr int rows = simd::padded<S>(W);
  alignas(64) S data[static_cast<std::size_t>(B) * M * M * rows + simd::lanes<S>];

  const S* of(int b) const noexcept { return data + static_cast<std::ptrdiff_t>(b) * M * M * rows; }

  /// @param numbers  number c of the pair (i, j) at `(i * M + j) * C + c`
  void expand(int b, const S* numbers, int tokens) noexcept {
    S* to = data + static_cast<std::ptrdiff_t>(b) * M * M * rows;
    for (int i = 0; i < tokens; ++i)
      for (int j = 0; j < tokens; ++j, to += rows) {
        const S* pair = numbers + (i * M + j) * C;
        GDM_UNROLL
        for (int c = 0; c < C; ++c) {  // whole registers: what one writes too much, the next or the padding replaces
          for (int r = (c * W + C - 1) / C; r < ((c + 1) * W + C - 1) / C; r += simd::lanes<S>)
            simd::store<S>(to + r, simd::broadcast<S>(pair[c]));
        }
        for (int r = W; r < rows; ++r) to[r] = S(0);
      }
  }
};
template <class S, int W, int M, int B>
struct PairWeights<S, W, M, 0, B> {
  const S* of(int) const noexcept { return nullptr; }
  void expand(int, const S*, int) noexcept {}
};

GDM_NAMESPACE_END
