// SPDX-License-Identifier: MIT
/// @file
/// @brief Sums whose last bit does not depend on the order of the terms.
#pragma once

#include <cmath>
#include <cstdint>

#include <gdm/core/vector.hpp>

GDM_NAMESPACE_BEGIN

/// Sum of elements that lie in [-`limit`, `limit`], in fixed point: integers add exactly, so permuting the elements
/// changes no bit of the result and a network sees the same instance whatever the order of its channels or nodes.
/// The resolution is limit / 2^50, and up to 4096 elements fit.
template <class Derived>
[[nodiscard]] double order_free_sum(const Eigen::MatrixBase<Derived>& x, double limit) {
  static_assert(Derived::SizeAtCompileTime > 0 && Derived::SizeAtCompileTime <= 4096);
  const double scale = 0x1.0p50 / limit;
  std::int64_t sum = 0;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    sum += static_cast<std::int64_t>(x[i] * scale);
  }
  return static_cast<double>(sum) / scale;
}

GDM_NAMESPACE_END
