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
///
/// Each term is resolved to limit * `most` / 2^61, beyond a double up to 256 terms. `most`, the largest number of terms,
/// is given at run time: an instance with absent channels then has the bits of the smaller instance without them.
class OrderFreeSum {
 public:
  OrderFreeSum(double limit, int most)
      : scale_(static_cast<double>(std::int64_t{1}
                                   << (62 - static_cast<int>(std::bit_width(static_cast<unsigned>(most))))) /
               limit) {}
  void add(double term) { sum_ += static_cast<std::int64_t>(term * scale_); }
  [[nodiscard]] double value() const { return static_cast<double>(sum_) / scale_; }

 private:
  double scale_;
  std::int64_t sum_ = 0;
};

/// Sum of the elements of a vector, all in [-`limit`, `limit`], the same bits in any order.
/// @param most  largest number of elements that are not zero
template <class Derived>
[[nodiscard]] double order_free_sum(const Eigen::MatrixBase<Derived>& x, double limit,
                                    int most = Derived::SizeAtCompileTime) {
  OrderFreeSum sum(limit, most);
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    sum.add(x[i]);
  }
  return sum.value();
}

GDM_NAMESPACE_END
