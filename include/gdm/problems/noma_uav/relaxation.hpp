// SPDX-License-Identifier: MIT
/// @file
/// @brief NomaUav for gradient descent.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <gdm/problem/relaxation.hpp>
#include <gdm/problems/noma_uav/noma_uav.hpp>

GDM_NAMESPACE_BEGIN

/// The position in units of the height, then powers in units of the equal split. Which terminal is decoded first
/// follows from the position, so that the cost jumps where two are equally far.
template <int K, class Units, Completion Policy, class Frame>
struct Relaxation<NomaUav<K, Units, Policy, Frame>> {
  using P = NomaUav<K, Units, Policy, Frame>;
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  static constexpr int size = K + 2;
  static constexpr int constraints = K;
  static constexpr int equalities = 1;
  using Variables = Vector<K + 2>;

  static double cost(const Condition& x, const Variables& v, Variables& gradient) {
    const Order order = nearest_first(x, v);
    const double unit = x[2 * K] / K;
    double before = 0, sum = 0;  // power of the terminals decoded so far, in mW
    gradient.setZero();
    for (int k = 0; k < K; ++k) {
      const int i = order[static_cast<std::size_t>(k)];
      const Vector<2> away = v.template head<2>() * P::height - x.template segment<2>(2 * i);
      const double noise = (away.squaredNorm() + P::height * P::height) / Units::gain;
      const double power = v[2 + i] * unit;
      const double low = before + noise, high = low + power;
      sum -= std::log1p(power / low) * std::numbers::log2e;
      const double slope = std::numbers::log2e * power / (low * high);  // of the noise and of each power before
      gradient.template head<2>() += slope * 2 * away * (P::height / Units::gain);
      gradient[2 + i] -= std::numbers::log2e * unit / high;
      for (int j = 0; j < k; ++j) gradient[2 + order[static_cast<std::size_t>(j)]] += slope * unit;
      before += power;
    }
    return sum;
  }
  static ConstraintValues<K + 2, K> constrain(const Condition& x, const Variables& v) {
    const Order order = nearest_first(x, v);
    const double unit = 1 / std::sqrt(double(K));
    ConstraintValues<K + 2, K> values;
    values.value[0] = (v.template tail<K>().sum() - K) * unit;
    values.jacobian.template block<1, K>(0, 2).setConstant(unit);
    for (int k = 0; k + 1 < K; ++k) {
      const int near = 2 + order[static_cast<std::size_t>(k)], far = 2 + order[static_cast<std::size_t>(k + 1)];
      values.value[k + 1] = v[near] - v[far] + P::margin * K / x[2 * K];
      values.jacobian(k + 1, near) = 1;
      values.jacobian(k + 1, far) = -1;
    }
    return values;
  }
  static Variables clamp(const Condition&, const Variables& v) {
    Variables u = v.cwiseMax(0.0);
    u.template head<2>() = u.template head<2>().cwiseMin(P::side / P::height);
    return u;
  }
  static Variables project(const Condition& x, const Variables& v) {
    const Solution y = P::project(x, physical(x, v));
    Variables u = y;
    u.template head<2>() /= P::height;
    u.template tail<K>() *= K / x[2 * K];
    return u;
  }
  template <class Generator>
  static Variables start(const Condition&, Generator& rng) {
    Variables v = Variables::Ones();
    for (int i = 0; i < 2; ++i) v[i] = P::side / P::height * draw_uniform(rng);
    return v;
  }
  /// The position found; then, as for every other method, what the problem's decoder makes of it.
  static Solution solution(const Condition& x, const Variables& v) {
    return P::decode(x, P::encode(x, P::project(x, physical(x, v))));
  }

 private:
  using Order = std::array<int, static_cast<std::size_t>(K)>;
  static Order nearest_first(const Condition& x, const Variables& v) {
    Order order;
    std::array<double, static_cast<std::size_t>(K)> far;
    for (int i = 0; i < K; ++i) {
      order[static_cast<std::size_t>(i)] = i;
      far[static_cast<std::size_t>(i)] =
          (v.template head<2>() * P::height - x.template segment<2>(2 * i)).squaredNorm();
    }
    std::sort(order.begin(), order.end(),
              [&](int a, int b) { return far[static_cast<std::size_t>(a)] < far[static_cast<std::size_t>(b)]; });
    return order;
  }
  static Solution physical(const Condition& x, const Variables& v) {
    Solution y = v;
    y.template head<2>() *= P::height;
    y.template tail<K>() *= x[2 * K] / K;
    return y;
  }
};

GDM_NAMESPACE_END
