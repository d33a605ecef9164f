// SPDX-License-Identifier: MIT
/// @file
/// @brief The one matrix product of the library: C = start + A B, finished in registers.
///
/// Forward pass, gradient by the input and gradient by the weights are all this product with other strides. Every
/// element of C is summed over k = 0, 1, .. in an order that depends on the number of rows alone, so that neither the
/// number of columns, nor a column's neighbours, nor the width of the registers can change its bits.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <gdm/core/simd.hpp>

GDM_NAMESPACE_BEGIN
namespace simd {

/// The right factor B: element (k, j) stands at `data[k * k_stride + j * j_stride]`.
template <class S>
struct Strided {
  const S* data;
  std::ptrdiff_t k_stride;
  std::ptrdiff_t j_stride;
};

namespace detail {

/// A product with few rows has too few independent sums to hide the latency of a multiply-add: it runs several chains,
/// k modulo `chains(rows)`, and adds them up in the end. Their number is the same whatever the registers hold, so that
/// a sum has the same bits on every processor with a multiply-add.
template <class S>
constexpr int chains(int rows) noexcept {
  return !has_registers<S> || rows > 16 ? 1 : rows > 8 ? 2 : 4;
}

/// Whether what finishes a sum is long enough (an activation) for a loop over the sums of a block to cost nothing, and is
/// then compiled once in a block instead of once for each of up to 24 sums.
template <class Finish>
inline constexpr bool finished_in_a_loop = false;
template <class Finish>
requires requires { Finish::in_a_loop; }
inline constexpr bool finished_in_a_loop<Finish> = Finish::in_a_loop;

/// A block of `R` registers of rows by `J` columns of C, held in registers.
template <int R, int J, int C, class S, class Start, class Finish>
inline void product_block(const S* a, std::ptrdiff_t lda, int depth, const Strided<S>& b, int row, int column,
                          const Start& start, const Finish& finish) {
  Pack<S> sum[C][J][R];
  GDM_UNROLL
  for (int j = 0; j < J; ++j) {
    GDM_UNROLL
    for (int r = 0; r < R; ++r) {
      sum[0][j][r] = start(row + r * lanes<S>, column + j);
      GDM_UNROLL
      for (int c = 1; c < C; ++c) sum[c][j][r] = Pack<S>{};
    }
  }
  const S* ak = a + row;
  const S* bk = b.data + column * b.j_stride;
  const auto multiply_add = [&](int c) {
    Pack<S> left[R];
    GDM_UNROLL
    for (int r = 0; r < R; ++r) left[r] = load<S>(ak + r * lanes<S>);
    GDM_UNROLL
    for (int j = 0; j < J; ++j) {
      const S right = bk[j * b.j_stride];
      GDM_UNROLL
      for (int r = 0; r < R; ++r) sum[c][j][r] = fma(left[r], right, sum[c][j][r]);
    }
    ak += lda;
    bk += b.k_stride;
  };
  const auto joined = [&](int j, int r) -> Pack<S> {
    if constexpr (C == 4) return (sum[0][j][r] + sum[1][j][r]) + (sum[2][j][r] + sum[3][j][r]);
    if constexpr (C == 2) return sum[0][j][r] + sum[1][j][r];
    return sum[0][j][r];
  };
  int k = 0;
  GDM_UNROLL_TWICE  // a loop of one multiply-add for each sum leaves a quarter of the speed to the loop itself
      for (; k + C <= depth; k += C) {
    GDM_UNROLL
    for (int c = 0; c < C; ++c) multiply_add(c);
  }
  if constexpr (C > 1) {
    for (; k < depth; ++k) multiply_add(0);
  }
  if constexpr (J > 1 && has_registers<S> && finished_in_a_loop<Finish>) {  // one column alone waits for every register
    Pack<S> done[J][R];
    GDM_UNROLL
    for (int j = 0; j < J; ++j) {
      GDM_UNROLL
      for (int r = 0; r < R; ++r) done[j][r] = joined(j, r);
    }
    GDM_KEEP_LOOP
    for (int j = 0; j < J; ++j) {
      GDM_KEEP_LOOP
      for (int r = 0; r < R; ++r) finish(row + r * lanes<S>, column + j, done[j][r]);
    }
  } else {
    GDM_UNROLL
    for (int j = 0; j < J; ++j) {
      GDM_UNROLL
      for (int r = 0; r < R; ++r) finish(row + r * lanes<S>, column + j, joined(j, r));
    }
  }
}

/// Whether up to four rows leave room for more than one chain in a register: their block is the folded one.
template <class S>
constexpr bool folds(int rows) noexcept {
  if constexpr (has_registers<S>) {
    return (lanes<S> == 8 || lanes<S> == 16) && rows <= 4;  // of AVX and AVX-512
  }
  return false;
}

/// The lanes `index(0)`, `index(1)`, .. of two registers, one behind the other.
template <class S, class Index>
inline Pack<S> shuffled(const Pack<S>& low, const Pack<S>& high, Index) noexcept {
  return [&]<int... i>(std::integer_sequence<int, i...>) { return __builtin_shufflevector(low, high, Index{}(i)...); }
  (std::make_integer_sequence<int, lanes<S>>{});
}

/// `from[0]` in the first four lanes, `from[1]` in the next four, and so on. What the casts leave undefined is not used.
template <class S>
inline Pack<S> load_quadrupled(const S* from) noexcept {
#if defined(__AVX__)
  Pack<S> few;
  if constexpr (lanes<S> == 16) {
#if defined(__AVX512F__)
    few = _mm512_castps128_ps512(_mm_loadu_ps(from));
#endif
  } else if constexpr (sizeof(S) == 4) {
    few = _mm256_castps128_ps256(_mm_castpd_ps(_mm_load_sd(reinterpret_cast<const double*>(from))));
  } else {
#if defined(__AVX512F__)
    few = _mm512_castpd128_pd512(_mm_loadu_pd(from));
#endif
  }
  return shuffled<S>(few, few, [](int i) { return i / 4; });
#else
  return broadcast(*from);
#endif
}

/// Four rows by `J` columns of C with the chains side by side: lane 4 c + r of a register is row r of chain c. That takes
/// a quarter or half of the multiply-adds of `product_block` (the output layer of a small denoiser twice as fast) and
/// gives the same bits. B must be contiguous in k.
template <int J, class S, class Start, class Finish>
inline void folded_block(const S* a, std::ptrdiff_t lda, int depth, const Strided<S>& b, int column, const Start& start,
                         const Finish& finish) {
  constexpr int L = lanes<S>, F = L / 4, G = 4 / F;  // F chains in a register, G registers of a column
  const auto rows_only = [](const Pack<S>& x) {
    return shuffled<S>(x, Pack<S>{}, [](int i) { return i < 4 ? i : L; });
  };
  Pack<S> sum[G][J];
  GDM_UNROLL
  for (int j = 0; j < J; ++j) {
    sum[0][j] = rows_only(start(0, column + j));
    GDM_UNROLL
    for (int g = 1; g < G; ++g) sum[g][j] = Pack<S>{};
  }
  const S* bj = b.data + column * b.j_stride;
  int k = 0;
  for (; k + 4 <= depth; k += 4) {
    GDM_UNROLL
    for (int g = 0; g < G; ++g) {
      const S* ak = a + (k + g * F) * lda;
      const auto pair = [&](int f) {
        return shuffled<S>(load<S>(ak + f * lda), load<S>(ak + (f + 1) * lda), [](int i) {
          return i < 4 ? i : i < 8 ? L + i - 4 : L;
        });
      };
      Pack<S> left = pair(0);
      if constexpr (F == 4) left = shuffled<S>(left, pair(2), [](int i) { return i < 8 ? i : L + i - 8; });
      GDM_UNROLL
      for (int j = 0; j < J; ++j) {
        sum[g][j] = fma(left, load_quadrupled<S>(bj + j * b.j_stride + k + g * F), sum[g][j]);
      }
    }
  }
  for (; k < depth; ++k) {
    GDM_UNROLL
    for (int j = 0; j < J; ++j) sum[0][j] = fma(rows_only(load<S>(a + k * lda)), bj[j * b.j_stride + k], sum[0][j]);
  }
  GDM_UNROLL
  for (int j = 0; j < J; ++j) {
    const auto plus = [](const Pack<S>& x, auto other) { return x + shuffled<S>(x, x, other); };
    Pack<S> total = plus(sum[0][j], [](int i) { return i ^ 4; });
    if constexpr (F == 4) {
      total = plus(total, [](int i) { return i ^ 8; });
    } else {
      total += plus(sum[1][j], [](int i) { return i ^ 4; });
    }
    finish(0, column + j, rows_only(total));
  }
}

/// As many columns as are faster that way; their number is returned.
template <class S, class Start, class Finish>
inline int folded_columns(const S* a, std::ptrdiff_t lda, int depth, const Strided<S>& b, int columns,
                          const Start& start, const Finish& finish) {
  constexpr int widest = accumulators / 3;
  int j = 0;
  for (; j + widest <= columns; j += widest) folded_block<widest>(a, lda, depth, b, j, start, finish);
  if constexpr (lanes<S> == 16) {
    for (; j + 2 <= columns; j += 2) folded_block<2>(a, lda, depth, b, j, start, finish);
    if (j < columns) folded_block<1>(a, lda, depth, b, j++, start, finish);
  }
  return j;
}

/// Columns from `j` on of one band of `R` registers of rows.
template <int R, int C, class S, class Start, class Finish>
inline void product_band(const S* a, std::ptrdiff_t lda, int depth, const Strided<S>& b, int row, int j, int columns,
                         const Start& start, const Finish& finish) {
  constexpr int fitting = has_registers<S> ? accumulators / (R * C) : 1;
  constexpr int widest = fitting < 1 ? 1 : fitting > 8 ? 8 : fitting;
  const auto block = [&]<int J>(std::integral_constant<int, J>, int column) {
    product_block<R, J, C>(a, lda, depth, b, row, column, start, finish);
  };
  for (; j + widest <= columns; j += widest) block(std::integral_constant<int, widest>{}, j);
  const int rest = columns - j;
  if (rest < 0 || rest >= widest) __builtin_unreachable();  // g++ 12 warns of columns behind the last one
  if constexpr (widest > 4) {
    if ((rest & 4) != 0) block(std::integral_constant<int, 4>{}, j), j += 4;
  }
  if constexpr (widest > 2) {
    if ((rest & 2) != 0) block(std::integral_constant<int, 2>{}, j), j += 2;
  }
  if constexpr (widest > 1) {
    if ((rest & 1) != 0) block(std::integral_constant<int, 1>{}, j);
  }
}

}  // namespace detail

/// C = start + A B for `Rows` x `depth` times `depth` x `columns`.
/// @tparam Order  number of rows that decides the order of the sums; smaller than `Rows` where those are padded
/// @param a       A by columns, each padded to whole registers: element (i, k) at `a[k * lda + i]`
/// @param start   `Pack start(int row, int column)`: the value that the sums begin with (a bias, zero, C itself)
/// @param finish  `void finish(int row, int column, Pack sum)`: takes `lanes<S>` rows of the result from `row` on
template <int Rows, int Order = Rows, class S, class Start, class Finish>
inline void product(const S* a, std::ptrdiff_t lda, int depth, const Strided<S>& b, int columns, const Start& start,
                    const Finish& finish) {
  constexpr int registers = padded<S>(Rows) / lanes<S>;
  constexpr int chains = detail::chains<S>(Order);
  constexpr int band = !has_registers<S> ? 1 : accumulators >= 20 ? 4 : 2;
  constexpr int whole = registers / band * band;
  if (columns == 1 && registers > band) {  // one column alone: taller bands keep the multiply-add units busy
    constexpr int tall = 2 * band;
    constexpr int covered = registers / tall * tall;
    for (int r = 0; r < covered; r += tall)
      detail::product_block<tall, 1, chains>(a, lda, depth, b, r * lanes<S>, 0, start, finish);
    if constexpr (covered < registers) {
      for (int r = covered; r < registers; ++r)
        detail::product_block<1, 1, chains>(a, lda, depth, b, r * lanes<S>, 0, start, finish);
    }
    return;
  }
  for (int r = 0; r < whole; r += band)
    detail::product_band<band, chains>(a, lda, depth, b, r * lanes<S>, 0, columns, start, finish);
  int j = 0;
  if constexpr (detail::folds<S>(Rows)) {
    if (b.k_stride == 1) j = detail::folded_columns(a, lda, depth, b, columns, start, finish);
  }
  if constexpr (registers > whole)
    detail::product_band<registers - whole, chains>(a, lda, depth, b, whole * lanes<S>, j, columns, start, finish);
}

}  // namespace simd
GDM_NAMESPACE_END
