// SPDX-License-Identifier: MIT
/// @file
/// @brief The mean squared error and its gradient.
#pragma once

#include <gdm/autodiff/block.hpp>

GDM_NAMESPACE_BEGIN

/// sum_ij weight_j (y_ij - target_ij)^2 over the first `columns` columns, in that order; `dy = scale * 2 weight (y -
/// target)` there and zero beyond. With `scale` = 1 / (weighted elements of the whole batch) the tiles' gradients add up
/// to that of the mean.
/// @param weight  one number a column; null: all are 1
template <class S, int N, int B>
S squared_error(const Block<S, N, B>& y, const Block<S, N, B>& target, int columns, const S& scale, Block<S, N, B>& dy,
                const S* weight = nullptr) {
  S sum(0);
  for (int j = 0; j < B; ++j) {
    const S w = weight == nullptr ? S(1) : weight[j];
    for (int i = 0; i < N; ++i) {
      const S error = j < columns ? S(y(i, j) - target(i, j)) : S(0);
      sum = simd::fma(S(w * error), error, sum);
      dy(i, j) = scale * 2 * S(w * error);
    }
  }
  return sum;
}

GDM_NAMESPACE_END
