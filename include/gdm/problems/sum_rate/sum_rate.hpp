// SPDX-License-Identifier: MIT
/// @file
/// @brief Maximum sum rate: share a total power among parallel channels.
#pragma once

#include <cmath>
#include <limits>
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
/// No network is needed here: water-filling is the exact optimum and cheaper than any model. The problem is in the
/// library to measure by, because every gap is known exactly, and to compare with the paper. It is easy for a network as
/// well: with m channels present, the noise level a_i = m / (g_i W) and the share z_i = m p_i / W, both relative to the
/// equal split, the optimum is z_i = max(0, mu - a_i) with mean 1. It depends on g_i W only, and adding the same number
/// to every a_i changes nothing. The feature of a channel is a_i without its common part, and its latent is z_i; the
/// decoder projects onto the simplex: where no level is compressed, decoding the negative features is water-filling.
///
/// A channel of gain 0 is absent: it gets no power, and the others get the bits of the instance without it, in features
/// and solution. That all are absent is an error.
///
/// @tparam TotalMilliwatt total power of the instances that `draw` makes; 20 W at M = 80 by default
template <int M, int TotalMilliwatt = 250 * M>
struct SumRate {
  static constexpr bool valid_size = M >= 1 && TotalMilliwatt >= 1;

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

  /// A channel takes part if its gain is not 0.
  static bool present(const Condition& x, int channel) noexcept { return x[channel] != 0.0; }

  static Solution project(const Condition& x, const Solution& y) {
    return violation(x, y) <= 1e-12 && detail::none_below(y, 0.0) ? y : project_simplex(of_present(x, y), x[M]);
  }
  /// Of the simplex, and the power of absent channels relative to the total.
  static double violation(const Condition& x, const Solution& y) {
    double worst = simplex_violation(y, x[M]);
    for (int i = 0; i < M; ++i) worst = present(x, i) ? worst : std::max(worst, std::abs(y[i]) / x[M]);
    return worst;
  }
  static Solution optimal(const Condition& x) { return water_filling(x.template head<M>(), x[M]); }
  /// Water-filling: the strongest cheap answer is the optimum.
  static Solution baseline(const Condition& x) { return optimal(x); }
  /// The same power for every channel that is present: the paper's trivial answer.
  static Solution equal_power(const Condition& x) { return of_present(x, Solution::Constant(x[M] / count(x)), 0.0); }
  /// The optimum itself: water-filling leaves no duality gap.
  static double bound(const Condition& x) { return objective(x, optimal(x)); }
  /// Iterative water-filling (Yu et al. 2004) for one user, which ends at the optimum in its first step.
  static Solution refine(const Condition& x, const Solution& y) {
    const Solution filled = optimal(x);
    return objective(x, filled) > objective(x, y) ? filled : y;
  }

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

  /// Noise level a_i less the smallest, then less the mean over the channels that are present. A level more than 8 equal
  /// shares above the smallest is compressed by a logarithm and ends at 32: such a channel is off, and must not drown the
  /// others in the mean. An absent channel shows the level 32.
  static Features features(const Condition& x) {
    const int taking_part = count(x);
    Features a;
    for (int i = 0; i < M; ++i) a[i] = 1.0 / (std::abs(x[i]) * (x[M] / taking_part));  // infinite: absent
    const double lowest = smallest_of(a);
    for (double& level : a) {
      level -= lowest;
      if (level > 8.0) {
        level = std::min(8.0 + 8.0 * std::log(level / 8.0), 32.0);
      }
    }
    const double mean = order_free_sum(of_present(x, a, 0.0), 32.0, taking_part) / taking_part;
    for (double& level : a) level -= mean;
    return a;
  }
  static Latent encode(const Condition& x, const Solution& y) { return y * (count(x) / x[M]); }
  static Solution decode(const Condition& x, const Latent& z) {
    return project_simplex(of_present(x, z * (x[M] / count(x))), x[M]);
  }

 private:
  /// Number of channels that are present.
  static int count(const Condition& x) {
    int n = 0;
    for (int i = 0; i < M; ++i) n += present(x, i) ? 1 : 0;
    return n;
  }
  /// The elements of channels that are present; those of the others are minus infinity, which no projection raises.
  static Solution of_present(const Condition& x, const Solution& y,
                             double other = -std::numeric_limits<double>::infinity()) {
    Solution of = y;
    for (int i = 0; i < M; ++i)
      if (!present(x, i)) of[i] = other;
    return of;
  }
};

template <int M, int TotalMilliwatt>
struct Relaxation<SumRate<M, TotalMilliwatt>>;  // gdm/problems/sum_rate/relaxation.hpp

using MsrProblem = SumRate<3, 10'000>;  ///< 3 channels, 10 W
using Msr80Problem = SumRate<80>;       ///< 80 channels, 20 W

GDM_NAMESPACE_END
