// SPDX-License-Identifier: MIT
/// @file
/// @brief Linear maps of columns, their gradients and sums of columns: what every layer is made of.
///
/// The maps take all sizes but the number of rows as arguments and are compiled once for each number of rows, however
/// many layers and passes use them.
#pragma once

#include <cstddef>
#include <utility>

#include <gdm/autodiff/block.hpp>
#include <gdm/core/product.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// Columns of numbers, padded to whole registers: column j starts at `data + j * stride`. With stride 0 all are one.
template <class S>
struct Columns {
  S* data;
  std::ptrdiff_t stride;

  S* operator[](int j) const noexcept { return data + j * stride; }
};

template <class S, int Rows, int Cols>
Columns<S> columns_of(Block<S, Rows, Cols>& block, int first = 0) noexcept {
  return {block.column(first), block.stride};
}
template <class S, int Rows, int Cols>
Columns<const S> columns_of(const Block<S, Rows, Cols>& block, int first = 0) noexcept {
  return {block.column(first), block.stride};
}
/// Columns whose distance is known to the compiler, which saves the innermost kernels a multiplication for each.
template <class S, std::ptrdiff_t Stride>
struct FixedColumns {
  S* data;

  S* operator[](int j) const noexcept { return data + j * Stride; }
};
template <class S, int Rows, int Cols>
FixedColumns<S, Block<S, Rows, 1>::stride> fixed_columns(Block<S, Rows, Cols>& block) noexcept {
  return {block.data};
}
template <class S, int Rows, int Cols>
FixedColumns<const S, Block<S, Rows, 1>::stride> fixed_columns(const Block<S, Rows, Cols>& block) noexcept {
  return {block.data};
}

/// The same column for every j, a bias say.
template <class S, int Rows>
Columns<const S> repeated(const Block<S, Rows, 1>& column) noexcept {
  return {column.data, 0};
}
/// Columns of zeros.
template <class S, int Rows>
Columns<const S> zeros() noexcept {
  static const Block<S, Rows, 1> zero{};
  return {zero.data, 0};
}

/// Begins a product with what stands in columns.
template <class S, class From = Columns<const S>>
struct FromColumns {
  From from;
  simd::Pack<S> operator()(int i, int j) const noexcept { return simd::load<S>(from[j] + i); }
};
/// Ends a product in columns.
template <class S, class To = Columns<S>>
struct IntoColumns {
  To to;
  void operator()(int i, int j, const simd::Pack<S>& z) const noexcept { simd::store<S>(to[j] + i, z); }
};

/// to_j = start_j + A x_j for j < n, A having `depth` columns `lda` apart; `to` may be `start`.
template <int Rows, class S>
[[gnu::noinline]] void affine(const S* a, std::ptrdiff_t lda, int depth, const simd::Strided<S>& x, int n,
                              Columns<const S> start, Columns<S> to) {
  simd::product<Rows>(a, lda, depth, x, n, FromColumns<S>{start}, IntoColumns<S>{to});
}
/// to_j = start_j + A x_j for j < n; `to` may be `start`.
template <class S, int Rows, int Depth>
[[gnu::noinline]] void affine(const Block<S, Rows, Depth>& a, Columns<const S> x, int n, Columns<const S> start,
                              Columns<S> to) {
  simd::product<Rows>(a.data, Block<S, Rows, Depth>::stride, Depth, simd::Strided<S>{x.data, 1, x.stride}, n,
                      FromColumns<S>{start}, IntoColumns<S>{to});
}

/// gradient += sum over n columns of left_j right_j^T.
template <class S, int Rows, int Depth>
void add_outer(const S* left, Columns<const S> right, int n, Block<S, Rows, Depth>& gradient) {
  auto to = fixed_columns(gradient);
  auto from = fixed_columns(std::as_const(gradient));
  simd::product<Rows>(left, Block<S, Rows, Depth>::stride, n, simd::Strided<S>{right.data, right.stride, 1}, Depth,
                      FromColumns<S, decltype(from)>{from}, IntoColumns<S, decltype(to)>{to});
}

/// to += sum over n columns.
template <class S, int Rows>
void add_columns(Columns<const S> from, int n, Block<S, Rows, 1>& to) {
  for (int r = 0; r < to.stride; r += simd::lanes<S>) {
    simd::Pack<S> sum = simd::load<S>(to.data + r);
    for (int j = 0; j < n; ++j) sum += simd::load<S>(from[j] + r);
    simd::store<S>(to.data + r, sum);
  }
}

template <class S, int Rows, int Cols>
void transpose(const Block<S, Rows, Cols>& from, Block<S, Cols, Rows>& to) {
  for (int j = 0; j < Cols; ++j)
    for (int i = 0; i < Rows; ++i) to(j, i) = from(i, j);
}

/// The first `n` columns of a, each register times that of b; `to` may be a or b.
template <class S, int Rows, int Cols>
void multiply_elements(const Block<S, Rows, Cols>& a, const Block<S, Rows, Cols>& b, int n, Block<S, Rows, Cols>& to) {
  for (int i = 0; i < n * to.stride; i += simd::lanes<S>)
    simd::store<S>(to.data + i, simd::Pack<S>(simd::load<S>(a.data + i) * simd::load<S>(b.data + i)));
}

}  // namespace detail
GDM_NAMESPACE_END
