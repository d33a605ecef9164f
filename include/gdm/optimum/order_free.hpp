// SPDX-License-Identifier: MIT
/// @file
/// @brief Sums whose last bit does not depend on the order of the terms.
#pragma once

#include <bit>
#include <cstdint>

#include <gdm/core/vector.hpp>

GDM_NAMESPACE_BEGIN

/// Adds doubles of [-`limit`, `limit`] in fixed point: integers add exactly, so permuting the terms changes no bit of
/// the result, and a network sees the same instance whatever the order of its channels or nodes.
/// @tparam Most  largest number of terms; each is resolved to limit * Most / 2^61, beyond a double up to 256 terms
template <int Most>
class OrderFreeSum {
 public:
  explicit OrderFreeSum(double limit) : scale_(static_cast<double>(std::int64_t{1} << bits) / limit) {}
  void add(double term) { sum_ += static_cast<std::int64_t>(term * scale_); }
  [[nodiscard]] double value() const { return static_cast<double>(sum_) / scale_; }

 private:
  static constexpr int bits = 62 - static_cast<int>(std::bit_width(static_cast<unsigned>(Most)));
  double scale_;
  std::int64_t sum_ = 0;
};

/// Sum of the elements of a vector, all in [-`limit`, `limit`], the same bits in any order.
template <class Derived>
[[nodiscard]] double order_free_sum(const Eigen::MatrixBase<Derived>& x, double limit) {
  OrderFreeSum<Derived::SizeAtCompileTime> sum(limit);
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    sum.add(x[i]);
  }
  return sum.value();
}

GDM_NAMESPACE_END
