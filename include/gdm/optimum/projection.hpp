// SPDX-License-Identifier: MIT
/// @file
/// @brief Euclidean projection onto a scaled simplex with a common lower limit, and how far a point is from it.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include <gdm/core/simd.hpp>
#include <gdm/core/vector.hpp>
#include <gdm/optimum/order_free.hpp>

GDM_NAMESPACE_BEGIN

namespace detail {

/// A vector expression whose size is known at compile time.
template <class Derived>
concept fixed_vector = bool(Derived::IsVectorAtCompileTime) && (Derived::SizeAtCompileTime > 0);

/// The budget that is left once every element has its lower limit.
/// @throws Error [GDM-R201] for a non-finite limit, [GDM-R203] if the limits alone exceed the total.
inline double free_budget(int size, double total, double lower) {
  if (!std::isfinite(total) || !std::isfinite(lower)) {
    throw Error(Errc::invalid_argument, "project_simplex",
                "total is " + to_text(total) + " and the lower limit is " + to_text(lower), "Both must be finite");
  }
  const double needed = size * lower;
  if (needed > total + 1e-12 * std::abs(total)) {
    throw Error(Errc::infeasible, "project_simplex",
                std::to_string(size) + " elements of at least " + to_text(lower) + " need a total of " +
                    to_text(needed) + ", found " + to_text(total),
                "Lower the limit or raise the total");
  }
  return std::max(total - needed, 0.0);
}

/// Whether every element is `lower` or more.
template <class Derived>
bool none_below(const Eigen::MatrixBase<Derived>& y, double lower) {
  for (int i = 0; i < y.size(); ++i)
    if (!(y[i] >= lower)) return false;
  return true;
}

}  // namespace detail

/// Largest violation of {y : y_i >= lower, sum y = total}, relative to the total; 0 means feasible, a NaN infinity.
template <class Derived>
[[nodiscard]] double simplex_violation(const Eigen::MatrixBase<Derived>& y, double total, double lower = 0.0) {
  const double excess = std::abs(y.sum() - total);
  const double shortfall = lower - smallest_of(y);  // may skip a NaN of y, which the sum carries
  if (!std::isfinite(excess) || !std::isfinite(shortfall)) {
    return std::numeric_limits<double>::infinity();
  }
  const double worst = std::max(excess, shortfall);
  return worst > 0.0 ? worst / std::abs(total) : 0.0;
}

/// The point of {v : v_i >= lower, sum v = total} nearest to `y`: v_i = max(lower, y_i - theta) with the theta that
/// spends the total. Found exactly and without sorting (Michelot 1986): starting from all elements, those that fall
/// below theta are dropped until none does. That is Newton's method on a convex, piecewise linear function: slope times
/// residual shrinks at least fourfold a pass, so the passes number a few, and some forty at the very most.
///
/// Any `y` is legal: an infinite or NaN element counts as the largest double of its sign, NaN as negative. An element of
/// minus infinity takes no part, unless all are: it gets the lower limit, and with a limit of 0 the others get the bits
/// that they would have without it.
/// The answer sums to the total within 1e-12 relative, and a point that does so already is returned unchanged.
/// Permuting `y` permutes the answer, bit for bit.
/// @throws Error [GDM-R201] for a non-finite total or limit, [GDM-R203] if N * lower > total.
template <class Derived>
requires detail::fixed_vector<Derived>
[[nodiscard]] Vector<Derived::SizeAtCompileTime> project_simplex(const Eigen::MatrixBase<Derived>& y, double total,
                                                                 double lower = 0.0) {
  constexpr int size = Derived::SizeAtCompileTime;
  const double budget = detail::free_budget(size, total, lower);
  Vector<size> v = y;
  if (simplex_violation(v, total, lower) <= 1e-12 && detail::none_below(v, lower)) {
    return v;
  }
  if (!(budget > 0.0)) {
    return Vector<size>::Constant(total / size);
  }
  constexpr double huge = std::numeric_limits<double>::max();
  double top = -huge;
  int most = 0;  // elements that take part
  for (double& element : v) {
    most += element == -std::numeric_limits<double>::infinity() ? 0 : 1;
    element = element > -huge ? std::min(element, huge) : -huge;
    top = std::max(top, element);
  }
  // In units of the budget and counted from the largest element, whatever is below -1 ends at its lower limit: the
  // largest alone would spend all. This keeps 1e300 beside 1 exact.
  std::array<double, static_cast<std::size_t>(size)> active;
  std::size_t count = 0;
  for (double& element : v) {
    element = std::max((element - top) / budget, -1.0);
    active[count] = element;
    count += element > -1.0 ? 1 : 0;
  }
  most = most > 0 ? most : size;
  double theta = -1.0;
  for (std::size_t before = 0; before != count;) {
    OrderFreeSum sum(1.0, most);
    for (std::size_t i = 0; i < count; ++i) {
      sum.add(active[i]);
    }
    theta = (sum.value() - 1.0) / static_cast<double>(count);
    before = std::exchange(count, 0);
    for (std::size_t i = 0; i < before; ++i) {
      active[count] = active[i];
      count += active[i] > theta ? 1 : 0;
    }
  }
  // The sum loses digits when many elements are far below the largest; the sum of the shares does not.
  OrderFreeSum spent(1.0, most);
  for (std::size_t i = 0; i < count; ++i) {
    spent.add(active[i] - theta);
  }
  theta += (spent.value() - 1.0) / static_cast<double>(count);
  for (double& share : v) share = simd::fma(std::max(share - theta, 0.0), budget, lower);
  return v;
}

GDM_NAMESPACE_END
