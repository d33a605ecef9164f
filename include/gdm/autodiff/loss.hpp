// SPDX-License-Identifier: MIT
/// @file
/// @brief The mean squared error and its gradient.
#pragma once

#include <gdm/autodiff/block.hpp>

GDM_NAMESPACE_BEGIN

/// sum_ij (y_ij - target_ij)^2 over the first `columns` columns, in that order; `dy = scale * 2 (y - target)` there and
/// zero beyond. With `scale` = 1 / (elements of the whole batch) the tiles' gradients add up to that of the mean.
template <class S, int N, int B>
S squared_error(const Block<S, N, B>& y, const Block<S, N, B>& target, int columns, const S& scale,
                Block<S, N, B>& dy) {
  S sum(0);
  for (int j = 0; j < B; ++j) {
    for (int i = 0; i < N; ++i) {
      const S error = j < columns ? S(y(i, j) - target(i, j)) : S(0);
      sum = simd::fma(error, error, sum);
      dy(i, j) = scale * 2 * error;
    }
  }
  return sum;
}

GDM_NAMESPACE_END
