// SPDX-License-Identifier: MIT
/// @file
/// @brief ComputationOffloading for gradient descent.
#pragma once

#include <algorithm>

#include <gdm/problem/relaxation.hpp>
#include <gdm/problems/offloading/computation_offloading.hpp>

GDM_NAMESPACE_BEGIN

/// Decisions between 0 and 1, then server shares. The cost (1 - D) L + D (T + E / y) is bilinear in them.
template <int K, Completion Policy>
struct Relaxation<ComputationOffloading<K, Policy>> {
  using P = ComputationOffloading<K, Policy>;
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  static constexpr int size = 2 * K;
  static constexpr int constraints = 1;
  static constexpr int equalities = 0;
  static constexpr double smallest = 1e-2;  ///< share below which E / y is of no use to a gradient
  using Variables = Vector<2 * K>;

  static double cost(const Condition& x, const Variables& v, Variables& gradient) {
    const OffloadingCosts<K> c = P::costs(x);
    double sum = 0;
    for (int i = 0; i < K; ++i) {
      const double d = v[i], y = v[K + i];
      const double transmit = std::min(c.transmit[i], 1e6 * c.local[i]);  // infinite without a link
      const double offloaded = transmit + c.execution[i] / y;
      sum += (1 - d) * c.local[i] + d * offloaded;
      gradient[i] = offloaded - c.local[i];
      gradient[K + i] = -d * c.execution[i] / (y * y);
    }
    return sum;
  }
  static ConstraintValues<2 * K, 1> constrain(const Condition&, const Variables& v) {
    ConstraintValues<2 * K, 1> values;
    values.value[0] = v.template tail<K>().sum() - 1;
    values.jacobian.template rightCols<K>().setOnes();
    return values;
  }
  static Variables clamp(const Condition&, const Variables& v) {
    Variables u;
    u.template head<K>() = v.template head<K>().cwiseMax(0.0).cwiseMin(1.0);
    u.template tail<K>() = v.template tail<K>().cwiseMax(smallest).cwiseMin(1.0);
    return u;
  }
  static Variables project(const Condition& x, const Variables& v) {
    Variables u = clamp(x, v);
    if (u.template tail<K>().sum() > 1) u.template tail<K>() = project_simplex(u.template tail<K>(), 1.0, smallest);
    return u;
  }
  template <class Generator>
  static Variables start(const Condition&, Generator& rng) {
    Variables v;
    for (int i = 0; i < K; ++i) {
      v[i] = draw_uniform(rng);
      v[K + i] = 1.0 / K;
    }
    return v;
  }
  /// Decisions rounded; then, as for every other method, what the problem's decoder makes of them.
  static Solution solution(const Condition& x, const Variables& v) {
    typename P::Latent z;
    for (int i = 0; i < K; ++i) {
      if constexpr (P::closed_form) {
        z[i] = v[i] > 0.5 ? 1 : -1;
      } else {
        z[2 * i] = v[i] > 0.5 ? 1 : -1;
        z[2 * i + 1] = v[K + i];
      }
    }
    return P::decode(x, z);
  }
};

GDM_NAMESPACE_END
