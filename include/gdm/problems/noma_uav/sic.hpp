// SPDX-License-Identifier: MIT
/// @file
/// @brief Successive interference cancellation: decoding order, sum rate, and powers that keep the order apart.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <type_traits>

#include <gdm/core/vector.hpp>
#include <gdm/optimum/projection.hpp>
#include <gdm/optimum/short_sort.hpp>

GDM_NAMESPACE_BEGIN

/// Terminals in decoding order, the nearest first.
template <int K>
using SicOrder = std::array<int, static_cast<std::size_t>(K)>;

/// Order by squared distance. Terminals that are equally far may be decoded either way round, so the one with less
/// power comes first: that is the order in which the powers are least apart from what the margin asks for.
template <class S, int K>
[[nodiscard]] SicOrder<K> sic_order(const Eigen::Matrix<S, K, 1>& distance2, const Eigen::Matrix<S, K, 1>& power) {
  SicOrder<K> order;
  for (int i = 0; i < K; ++i) {
    order[static_cast<std::size_t>(i)] = i;
  }
  short_sort(order, order.size(), [&](int a, int b) {
    return distance2[a] < distance2[b] || (!(distance2[b] < distance2[a]) && power[a] < power[b]);
  });
  return order;
}

/// Sum rate sum_k log2(1 + p_(k) / (S_{k-1} + 1/g_(k))) in bit/s/Hz with S_k = p_(1) + .. + p_(k) and gains
/// g = `gain` / distance2: the k-th nearest terminal sees the powers of the nearer ones.
template <class S, int K>
[[nodiscard]] S sic_sum_rate(const Eigen::Matrix<S, K, 1>& distance2, const Eigen::Matrix<S, K, 1>& power,
                             double gain) {
  S rate = S(0.0);
  S below = S(0.0);
  for (const int i : sic_order(distance2, power)) {
    const S ratio = gain * power[i] / (gain * below + distance2[i]);
    if constexpr (std::is_floating_point_v<S>) {
      rate += std::log1p(ratio);
    } else {
      using std::log;  // the types' own log is found by their namespace
      rate += log(1.0 + ratio);
    }
    below += power[i];
  }
  return rate * std::numbers::log2e;
}

/// Least total power that K terminals with a SIC margin need.
template <int K>
[[nodiscard]] constexpr double sic_power_needed(double margin) {
  return 0.5 * K * (K - 1) * margin;
}

/// The best powers, nearest terminal first: p_(k) = P/K + (k - (K+1)/2) margin. The sum rate telescopes to
/// log(S_K + 1/g_(K)) + log g_(1) + sum_{k<K} log((S_k + 1/g_(k)) / (S_k + 1/g_(k+1))), which grows with every partial
/// sum S_k since gains fall, and with S_K = P fixed the most equal powers have the largest partial sums of all that
/// rise by the margin.
template <int K>
[[nodiscard]] double best_sic_power(int rank, double total, double margin) {
  return std::max(total / K + (rank - 0.5 * (K - 1)) * margin, 0.0);
}

/// The nearest powers (Euclidean) that rise by at least `margin` along the order, are not negative and sum to `total`.
///
/// With q_k = p_(k) - (k-1) margin these are the rising, non-negative q with a given sum. Projecting onto rising
/// sequences first (pooling adjacent violators) and onto the simplex then is exact, since the second step shifts and
/// clips all elements alike and keeps them rising.
template <int K>
[[nodiscard]] Vector<K> project_sic_powers(const Vector<K>& power, const SicOrder<K>& order, double total,
                                           double margin) {
  struct Pool {
    double mean;
    int count;
  };
  std::array<Pool, static_cast<std::size_t>(K)> pools;
  std::size_t used = 0;
  for (int k = 0; k < K; ++k) {
    const double requested = power[order[static_cast<std::size_t>(k)]];
    constexpr double huge = 1e200;
    Pool pool{(requested > -huge ? std::min(requested, huge) : -huge) - k * margin, 1};
    for (; used > 0 && pools[used - 1].mean >= pool.mean; --used) {
      const int count = pools[used - 1].count + pool.count;
      pool = {pools[used - 1].mean + (pool.mean - pools[used - 1].mean) * pool.count / count, count};
    }
    pools[used++] = pool;
  }
  Vector<K> q;
  int k = 0;
  for (std::size_t j = 0; j < used; ++j) {
    for (int end = k + pools[j].count; k < end; ++k) {
      q[k] = pools[j].mean;
    }
  }
  q = project_simplex(q, std::max(total - sic_power_needed<K>(margin), 0.0));
  Vector<K> result;
  for (k = 0; k < K; ++k) {
    result[order[static_cast<std::size_t>(k)]] = q[k] + k * margin;
  }
  return result;
}

/// Largest violation of the powers: their sum and sign relative to the total, their steps relative to the margin.
template <int K>
[[nodiscard]] double sic_violation(const Vector<K>& power, const SicOrder<K>& order, double total, double margin) {
  double worst = simplex_violation(power, total);
  for (std::size_t k = 1; k < order.size(); ++k) {
    const double step = power[order[k]] - power[order[k - 1]];
    worst = std::max(worst, (margin - step) / margin);
  }
  return worst;
}

GDM_NAMESPACE_END
