// SPDX-License-Identifier: MIT
/// @file
/// @brief A problem with continuous variables of order one, for gradient descent: cost, constraints and their
/// gradients.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <numbers>
#include <type_traits>

#include <gdm/problem/computation_offloading.hpp>
#include <gdm/problem/noma_uav.hpp>
#include <gdm/problem/problem.hpp>
#include <gdm/problem/projection.hpp>
#include <gdm/problem/sum_rate.hpp>

GDM_NAMESPACE_BEGIN

/// Constraints c at a point and their Jacobian. The first `equalities` want c = 0, the others c <= 0.
template <int Size, int Count>
struct ConstraintValues {
  Vector<Count> value = Vector<Count>::Zero();
  Eigen::Matrix<double, Count, Size> jacobian = Eigen::Matrix<double, Count, Size>::Zero();
};

namespace detail {

/// Whether R offers what the contract below asks for.
template <class R, class P>
concept complete_relaxation = requires(const typename P::Condition& x, const typename R::Variables& v,
                                       typename R::Variables& gradient, RandomStream& rng) {
  { R::cost(x, v, gradient) } -> std::convertible_to<double>;
  { R::constrain(x, v) } -> std::same_as<ConstraintValues<R::size, R::constraints>>;
  { R::clamp(x, v) } -> gives_vector<typename R::Variables>;
  { R::project(x, v) } -> gives_vector<typename R::Variables>;
  { R::start(x, rng) } -> gives_vector<typename R::Variables>;
  { R::solution(x, v) } -> gives_vector<typename P::Solution>;
  typename std::integral_constant<int, R::equalities>;
};

}  // namespace detail

/// A relaxation is a type with the static members below; specialise it for a problem with discrete parts.
/// | member                              | meaning                                                              |
/// |-------------------------------------|----------------------------------------------------------------------|
/// | `size`, `constraints`, `equalities` | how many variables, constraints, and equalities among them           |
/// | `cost(x, v, gradient)`              | to be minimised: f, or -f where more is better                       |
/// | `constrain(x, v)`                   | ConstraintValues<size, constraints>                                  |
/// | `clamp(x, v)`                       | v within its simple limits, where the cost is finite                 |
/// | `project(x, v)`                     | v within all constraints                                             |
/// | `start(x, rng)`                     | a random starting point                                              |
/// | `solution(x, v)`                    | the feasible solution that v stands for                              |
/// and `Variables`, a Vector<size>. One that lacks something is GDM-S83.
///
/// This one is for a problem that nothing is known of: variables are the solution itself in units of a typical
/// projected point, gradients are central differences, and the only constraint is `P::violation`.
template <class P>
struct Relaxation {
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  static constexpr int size = Solution::RowsAtCompileTime;
  static constexpr int constraints = 1;
  static constexpr int equalities = 0;
  using Variables = Vector<size>;

  static double cost(const Condition& x, const Variables& v, Variables& gradient) {
    const auto f = [&](const Variables& u) {
      const double value = static_cast<double>(P::objective(x, P::project(x, physical(x, u))));
      return P::sense == Sense::maximize ? -value : value;
    };
    gradient = differences(v, f);
    return f(v);
  }
  static ConstraintValues<size, 1> constrain(const Condition& x, const Variables& v) {
    const auto c = [&](const Variables& u) { return static_cast<double>(P::violation(x, physical(x, u))); };
    ConstraintValues<size, 1> values;
    values.value[0] = c(v);
    values.jacobian = differences(v, c).transpose();
    return values;
  }
  static Variables clamp(const Condition&, const Variables& v) { return v; }
  static Variables project(const Condition& x, const Variables& v) {
    return (P::project(x, physical(x, v)).array() / scale(x).array()).matrix();
  }
  template <class Generator>
  static Variables start(const Condition&, Generator& rng) {
    Variables v;
    for (double& element : v) element = 2 * draw_uniform(rng);
    return v;
  }
  static Solution solution(const Condition& x, const Variables& v) { return P::project(x, physical(x, v)); }

 private:
  /// Size of every variable at the projection of a large multiple of ones, or 1 where that is zero.
  static Solution scale(const Condition& x) {
    Solution s = P::project(x, Solution::Constant(1.0)).cwiseAbs();
    for (double& element : s) element = element > 1e-12 ? element : 1.0;
    return s;
  }
  static Solution physical(const Condition& x, const Variables& v) { return (v.array() * scale(x).array()).matrix(); }
  template <class F>
  static Variables differences(const Variables& v, const F& f) {
    constexpr double step = 1e-5;
    Variables gradient;
    for (int i = 0; i < size; ++i) {
      Variables up = v, down = v;
      up[i] += step;
      down[i] -= step;
      gradient[i] = (f(up) - f(down)) / (2 * step);
    }
    return gradient;
  }
};

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
