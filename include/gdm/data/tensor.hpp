// SPDX-License-Identifier: MIT
/// @file
/// @brief xtensor's two-dimensional arrays seen as rows of Eigen vectors.
#pragma once

#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xtensor.hpp>  // 0.26 and later
#else
#include <xtensor/xtensor.hpp>
#endif

#include <algorithm>
#include <string>
#include <string_view>

#include <gdm/core/vector.hpp>

GDM_NAMESPACE_BEGIN

/// Row `row` as a vector; the array has as many columns as V has elements.
template <class V>
[[nodiscard]] V row_of(const xt::xtensor<double, 2>& array, std::size_t row) {
  const double* const from = array.data() + row * array.shape(1);
  V v;
  for (int i = 0; i < V::RowsAtCompileTime; ++i) v[i] = from[i];
  return v;
}

/// Writes `v` into row `row`.
template <class V>
void set_row(xt::xtensor<double, 2>& array, std::size_t row, const V& v) {
  double* const to = array.data() + row * array.shape(1);
  for (int i = 0; i < V::RowsAtCompileTime; ++i) to[i] = v[i];
}

/// All rows, without a copy, as the columns of a matrix.
template <class V>
[[nodiscard]] auto columns_of(const xt::xtensor<double, 2>& array) {
  using Matrix = Eigen::Matrix<double, V::RowsAtCompileTime, Eigen::Dynamic>;
  return Eigen::Map<const Matrix>(array.data(), V::RowsAtCompileTime, static_cast<Eigen::Index>(array.shape(0)));
}

/// A copy of rows begin .. end - 1.
[[nodiscard]] inline xt::xtensor<double, 2> rows_of(const xt::xtensor<double, 2>& array, std::size_t begin,
                                                    std::size_t end) {
  const std::size_t columns = array.shape(1);
  xt::xtensor<double, 2> part;
  part.resize({end - begin, columns});
  std::copy(array.data() + begin * columns, array.data() + end * columns, part.data());
  return part;
}

/// @throws Error [GDM-R212] unless the array has as many columns as V has elements
template <class V>
void require_columns(const xt::xtensor<double, 2>& array, std::string_view where) {
  if (array.shape(1) != static_cast<std::size_t>(V::RowsAtCompileTime)) {
    throw Error(Errc::shape_mismatch, where,
                "rows of " + std::to_string(array.shape(1)) + " numbers where the problem has " +
                    std::to_string(V::RowsAtCompileTime),
                "Give one row an instance, in the order that the problem documents");
  }
}

GDM_NAMESPACE_END
