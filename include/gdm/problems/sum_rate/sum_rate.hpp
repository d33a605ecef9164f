// SPDX-License-Identifier: MIT
/// @file
/// @brief Maximum sum rate: share a total power among parallel channels.
#pragma once

#include <cmath>
#include <numbers>
#include <string_view>

#include <gdm/optimum/order_free.hpp>
#include <gdm/optimum/water_filling.hpp>
#include <gdm/problem/draw.hpp>
#include <gdm/problem/problem.hpp>

GDM_NAMESPACE_BEGIN

template <class P>
struct Relaxation;
template <int M>
struct SumRateDefaults;

/// Maximise sum_i log2(1 + g_i p_i) in bit/s/Hz over powers p_i >= 0 with sum p = W (arXiv 2411.00453, section IV).
///
/// Condition: gains g_1..g_M in 1/W, then the total power W in watt. Solution: powers p_1..p_M in watt.
///
/// What the network sees: with the noise level a_i = M / (g_i W) and the share z_i = M p_i / W, both relative to the
/// equal split, the optimum is z_i = max(0, mu - a_i) with mean 1. It depends on g_i W only, and adding the same number
/// to every a_i changes nothing. Hence the feature of a channel is a_i without its common part, and its latent is z_i:
/// scaling gains against power, or raising all noise levels, generalises exactly.
///
/// @tparam TotalMilliwatt total power of the instances that `draw` makes; 20 W at M = 80 by default
template <int M, int TotalMilliwatt = 250 * M>
struct SumRate {
  static constexpr bool sound = M >= 1 && TotalMilliwatt >= 1;

  using Condition = Vector<M + 1>;
  using Solution = Vector<M>;
  using Features = Vector<M>;
  using Latent = Vector<M>;
  static constexpr Sense sense = Sense::maximize;
  static constexpr std::string_view name = "sum_rate";
  static constexpr TokenLayout tokens{.count = M, .features = 1, .latents = 1};
  using Defaults = SumRateDefaults<M>;  ///< network and training, in gdm/problems/sum_rate/defaults.hpp
  template <int N>
  using Resized = SumRate<N, static_cast<int>(static_cast<long long>(TotalMilliwatt) * N / M)>;

  /// Limits far beyond any channel; inside them no formula here overflows. A gain may also be 0 (a dead channel).
  static constexpr double smallest = 1e-100, largest = 1e100;

  /// @throws Error [GDM-R202] naming the index and the value.
  static void validate(const Condition& x) {
    require_finite(x, "SumRate condition");
    for (int i = 0; i < M; ++i) {
      if (x[i] < 0.0 || x[i] > largest) {
        throw Error(Errc::invalid_condition, "SumRate condition",
                    "gain g_" + std::to_string(i + 1) + " (element " + std::to_string(i) + ") is " + to_text(x[i]),
                    "A channel gain must lie in [0, 1e100]");
      }
    }
    if (const double best = largest_of(x.template head<M>()); best < smallest) {
      throw Error(Errc::invalid_condition, "SumRate condition", "the largest gain is " + to_text(best),
                  "At least one channel gain must be 1e-100 or more");
    }
    if (x[M] < smallest || x[M] > largest) {
      throw Error(Errc::invalid_condition, "SumRate condition",
                  "total power (element " + std::to_string(M) + ") is " + to_text(x[M]),
                  "The total power in watt must lie in [1e-100, 1e100]");
    }
  }

  /// Sum rate in bit/s/Hz; `S` may be an automatic-differentiation type.
  template <class S>
  static S objective(const Condition& x, const Eigen::Matrix<S, M, 1>& y) {
    if constexpr (std::is_floating_point_v<S>) {
      return (x.template head<M>().template cast<S>().cwiseProduct(y)).array().log1p().sum() * std::numbers::log2e_v<S>;
    } else {
      using std::log;  // the types' own log is found by their namespace
      S sum = S(0.0);
      for (int i = 0; i < M; ++i) {
        sum += log(1.0 + x[i] * y[i]);
      }
      return sum * std::numbers::log2e;
    }
  }

  static Solution project(const Condition& x, const Solution& y) { return project_simplex(y, x[M]); }
  static double violation(const Condition& x, const Solution& y) { return simplex_violation(y, x[M]); }
  static Solution optimal(const Condition& x) { return water_filling(x.template head<M>(), x[M]); }
  static Solution baseline(const Condition& x) { return Solution::Constant(x[M] / M); }
  /// The optimum itself: water-filling leaves no duality gap.
  static double bound(const Condition& x) { return objective(x, optimal(x)); }

  /// Gains uniform in [0.5, 2.5), the reference's distribution.
  template <class Generator>
  static Condition draw(Generator& rng) {
    Condition x;
    for (int i = 0; i < M; ++i) {
      x[i] = draw_uniform(rng, 0.5, 2.5);
    }
    x[M] = TotalMilliwatt * 1e-3;
    return x;
  }

  /// Noise level a_i less the smallest, then less the mean. A level more than 8 equal shares above the smallest is
  /// compressed by a logarithm and ends at 32: such a channel is off, and must not drown the others in the mean.
  static Features features(const Condition& x) {
    Features a = (x.template head<M>().cwiseAbs() * (x[M] / M)).cwiseInverse();  // a gain may be -0
    const double lowest = smallest_of(a);
    for (double& level : a) {
      level -= lowest;
      if (level > 8.0) {
        level = std::min(8.0 + 8.0 * std::log(level / 8.0), 32.0);
      }
    }
    const double mean = order_free_sum(a, 32.0) / M;
    return (a.array() - mean).matrix();
  }
  static Latent encode(const Condition& x, const Solution& y) { return y * (M / x[M]); }
  static Solution decode(const Condition& x, const Latent& z) { return project_simplex(z * (x[M] / M), x[M]); }
};

template <int M, int TotalMilliwatt>
struct Relaxation<SumRate<M, TotalMilliwatt>>;  // gdm/problems/sum_rate/relaxation.hpp

using MsrProblem = SumRate<3, 10'000>;  ///< 3 channels, 10 W
using Msr80Problem = SumRate<80>;       ///< 80 channels, 20 W

GDM_NAMESPACE_END
