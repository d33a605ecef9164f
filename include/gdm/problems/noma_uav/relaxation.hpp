// SPDX-License-Identifier: MIT
/// @file
/// @brief NomaUav for gradient descent.
#pragma once

#include <cmath>
#include <numbers>

#include <gdm/problem/relaxation.hpp>
#include <gdm/problems/noma_uav/noma_uav.hpp>

GDM_NAMESPACE_BEGIN

/// The reduced problem: the position in units of the height, with the best powers for it (best_sic_power). Which terminal
/// is decoded first follows from the position, so that the gradient jumps where two are equally far; the cost does not.
template <int K, class Units, Completion Policy, class Frame>
struct Relaxation<NomaUav<K, Units, Policy, Frame>> {
  using P = NomaUav<K, Units, Policy, Frame>;
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  static constexpr int size = 2;
  static constexpr int constraints = 1;
  static constexpr int equalities = 0;
  using Variables = Vector<2>;

  static double cost(const Condition& x, const Variables& v, Variables& gradient) {
    double before = 0, sum = 0;  // power of the terminals decoded so far, in mW
    gradient.setZero();
    int rank = 0;
    for (const int i : nearest_first(x, v)) {
      const Vector<2> away = v * P::height - x.template segment<2>(2 * i);
      const double noise = (away.squaredNorm() + P::height * P::height) / Units::gain;
      const double power = best_sic_power<K>(rank++, x[2 * K], P::margin);
      const double low = before + noise, high = low + power;
      sum -= std::log1p(power / low) * std::numbers::log2e;
      const double slope = std::numbers::log2e * power / (low * high);  // with respect to the noise
      gradient += slope * 2 * away * (P::height / Units::gain);
      before += power;
    }
    return sum;
  }
  /// How far outside the square the position is.
  static ConstraintValues<2, 1> constrain(const Condition&, const Variables& v) {
    ConstraintValues<2, 1> values;
    const Variables from_middle = v.array() - half_side;
    const int axis = std::abs(from_middle[0]) > std::abs(from_middle[1]) ? 0 : 1;
    values.value[0] = std::abs(from_middle[axis]) - half_side;
    values.jacobian(0, axis) = from_middle[axis] < 0 ? -1 : 1;
    return values;
  }
  static Variables clamp(const Condition&, const Variables& v) { return v.cwiseMax(0.0).cwiseMin(2 * half_side); }
  static Variables project(const Condition& x, const Variables& v) { return clamp(x, v); }
  template <class Generator>
  static Variables start(const Condition&, Generator& rng) {
    Variables v;
    for (double& element : v) element = 2 * half_side * draw_uniform(rng);
    return v;
  }
  static Solution solution(const Condition& x, const Variables& v) {
    return P::with_best_powers(x, v[0] * P::height, v[1] * P::height);
  }

 private:
  static constexpr double half_side = 0.5 * P::side / P::height;
  static SicOrder<K> nearest_first(const Condition& x, const Variables& v) {
    Vector<K> far;
    for (int i = 0; i < K; ++i) far[i] = (v * P::height - x.template segment<2>(2 * i)).squaredNorm();
    return sic_order(far, Vector<K>(Vector<K>::Zero()));
  }
};

GDM_NAMESPACE_END
