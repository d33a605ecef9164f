// SPDX-License-Identifier: MIT
/// @file
/// @brief SumRate for gradient descent.
#pragma once

#include <cmath>
#include <numbers>

#include <gdm/problem/relaxation.hpp>
#include <gdm/problems/sum_rate/sum_rate.hpp>

GDM_NAMESPACE_BEGIN

/// Powers in units of the equal split.
template <int M, int TotalMilliwatt>
struct Relaxation<SumRate<M, TotalMilliwatt>> {
  using P = SumRate<M, TotalMilliwatt>;
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  static constexpr int size = M;
  static constexpr int constraints = 1;
  static constexpr int equalities = 1;
  using Variables = Vector<M>;

  static double cost(const Condition& x, const Variables& v, Variables& gradient) {
    double sum = 0;
    for (int i = 0; i < M; ++i) {
      const double gain = x[i] * x[M] / M;
      sum -= std::log1p(gain * v[i]);
      gradient[i] = -std::numbers::log2e * gain / (1 + gain * v[i]);
    }
    return sum * std::numbers::log2e;
  }
  static ConstraintValues<M, 1> constrain(const Condition&, const Variables& v) {
    ConstraintValues<M, 1> values;
    const double unit = 1 / std::sqrt(double(M));  // a Jacobian of length one, whatever the number of channels
    values.value[0] = (v.sum() - M) * unit;
    values.jacobian.setConstant(unit);
    return values;
  }
  static Variables clamp(const Condition&, const Variables& v) { return v.cwiseMax(0.0); }
  static Variables project(const Condition&, const Variables& v) { return project_simplex(v, M); }
  template <class Generator>
  static Variables start(const Condition&, Generator& rng) {
    Variables v;
    for (double& element : v) element = 2 * draw_uniform(rng);
    return v;
  }
  static Solution solution(const Condition& x, const Variables& v) { return P::decode(x, v); }
};

GDM_NAMESPACE_END
