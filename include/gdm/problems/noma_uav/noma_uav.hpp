// SPDX-License-Identifier: MIT
/// @file
/// @brief NOMA with a UAV: where the UAV hovers and what power each terminal gets.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <string_view>

#include <gdm/problem/completion.hpp>
#include <gdm/problem/problem.hpp>
#include <gdm/problem/variant_name.hpp>
#include <gdm/problems/noma_uav/sic.hpp>
#include <gdm/problems/noma_uav/uav_ascent.hpp>
#include <gdm/problems/noma_uav/uav_cell.hpp>
#include <gdm/problems/noma_uav/uav_frame.hpp>
#include <gdm/problems/noma_uav/uav_rate.hpp>

GDM_NAMESPACE_BEGIN

template <class P>
struct Relaxation;
template <int K>
struct NomaUavDefaults;

/// rho0 / sigma2 = 60 / 110 as raw numbers, as the reference computes.
struct ReferenceUnits {
  static constexpr std::string_view suffix = "";
  static constexpr double gain = 60.0 / 110.0;  ///< rho0 / sigma2 at 1 m, 1/mW
};

/// rho0 = -60 dB and sigma2 = -110 dBm, as the paper means.
struct DecibelUnits {
  static constexpr std::string_view suffix = "_db";
  static constexpr double gain = 1e5;  ///< 1e-6 / 1e-11 mW
};

/// Maximise the NOMA sum rate over the UAV's position and the powers (arXiv 2411.00453, section IV).
///
/// Condition: that of UavCell, K terminals and the total power P.
/// Solution: UAV position u_x, u_y in [0, 400]^2 m, then powers p_1..p_K in mW with sum P. A terminal farther from the
/// UAV gets at least 0.1 mW more than the next nearer one, so that successive interference cancellation can tell them
/// apart; equally far terminals are decoded one after the other too, in the order that suits their powers.
///
/// No network is needed here: the exact search takes 30 us for three terminals and 0.1 ms for six, and the baseline's
/// ascents, within 3e-8 of the optimum on average, a tenth to a fifth of that. The problem is in the library to compare
/// with the paper.
///
/// For a fixed position the best powers are known (best_sic_power), so only the position is sampled: two global
/// latents, in units of the UAV's height and in a frame tied to the terminals, as are the features of the terminals.
/// Moved, turned and reflected instances are then the same instance, as long as the square does not bind; it cannot
/// bind for terminals inside it, since the best position lies in their convex hull. The total power enters the best
/// position through margin / P and the signal-to-noise ratio, and is seen in the rates of a UAV above each terminal. They
/// tell the network which cluster of terminals is worth most. Without completion the latent of a terminal is its power
/// relative to the equal split.
template <int K, class Units = ReferenceUnits, Completion Policy = ClosedFormCompletion,
          UavFramePolicy Frame = CanonicalFrame>
struct NomaUav : UavCell<K> {
  using Cell = UavCell<K>;
  static constexpr bool valid_size = K >= 1;
  static constexpr bool closed_form = std::same_as<Policy, ClosedFormCompletion>;

  using typename Cell::Condition;
  using Solution = Vector<K + 2>;
  using Features = Vector<3 * K>;
  using Latent = Vector<closed_form ? 2 : K + 2>;
  static constexpr Sense sense = Sense::maximize;
  static constexpr TokenLayout tokens{.count = K, .features = 3, .latents = closed_form ? 0 : 1, .global_latents = 2};
  using Defaults = NomaUavDefaults<K>;  ///< network and training, in gdm/problems/noma_uav/defaults.hpp
  template <int N>
  using Resized = NomaUav<N, Units, Policy, Frame>;
  using Cell::side, Cell::height, Cell::margin;

  /// Sum rate in bit/s/Hz; `S` may be an automatic-differentiation type.
  template <class S>
  static S objective(const Condition& x, const Eigen::Matrix<S, K + 2, 1>& y) {
    const Eigen::Matrix<S, K, 1> power = y.template tail<K>();
    return sic_sum_rate(distance2(x, y[0], y[1]), power, Units::gain);
  }

  /// The position is clamped to the square; then the powers are projected onto those that keep its decoding order.
  static Solution project(const Condition& x, const Solution& y) {
    if (violation(x, y) <= 1e-10) {
      return y;
    }
    return with_powers(x, y[0], y[1], y.template tail<K>());
  }
  /// Position relative to the side of the square, power sum and sign relative to P, steps relative to the margin.
  static double violation(const Condition& x, const Solution& y) {
    if (!y.allFinite()) {
      return std::numeric_limits<double>::infinity();
    }
    const double outside = std::max({-y[0], y[0] - side, -y[1], y[1] - side, 0.0}) / side;
    const Vector<K> power = y.template tail<K>();
    return std::max(outside, sic_violation(power, sic_order(distance2(x, y[0], y[1]), power), x[2 * K], margin));
  }

  /// Exact: the powers in closed form, the position by a global search with a proof to a relative 1e-9.
  /// @throws Error [GDM-R231] if the search ends without the proof
  static Solution optimal(const Condition& x) {
    const SearchResult best = search(x, 1e-9);
    require_proof(best, 1e-9, "NomaUav::optimal");
    return with_best_powers(x, best.x, best.y);
  }
  /// The best of the local maxima uphill of every terminal and of their centroid: the strongest cheap answer.
  static Solution baseline(const Condition& x) {
    const UavPoint best = best_ascent(rate(x), [](double ux, double uy) { return Vector<2>(ux, uy); });
    return with_best_powers(x, best.x, best.y);
  }
  /// The UAV over the terminals' centroid, or the point of the square nearest to it: the paper's trivial answer.
  static Solution centroid(const Condition& x) {
    const Vector<2> mean = detail::centroid(site(x));
    return with_best_powers(x, mean[0], mean[1]);
  }
  /// The bound of a search to a relative 1e-6.
  static double bound(const Condition& x) { return search(x, 1e-6).bound * std::numbers::log2e * (1.0 + 1e-12); }

  struct Context {
    UavFrame frame;
    Vector<K> relative_rate;  ///< for each terminal the rate of a UAV above it, relative to the best of these rates
    UavRate<K> rate;          ///< the sum rate over all positions, with the best powers
  };
  static Context context(const Condition& x) {
    const auto order = sorted_terminals(x);
    const UavRate<K> rate_of = rate(x, site(x, order));
    const detail::RatesAbove<K> above = detail::rates_above(rate_of);
    Context result;
    result.rate = rate_of;
    result.frame = Frame::template of<K>(rate_of, above);
    for (const detail::RateAbove& a : above) result.relative_rate[order[a.number]] = a.rate / above[0].rate;
    return result;
  }

  /// For each terminal the relative rate above it, then its place in the frame in units of the height; one more than ten
  /// heights from the origin is drawn nearer.
  static Features features(const Condition& x, const Context& shared) {
    Features f;
    for (int i = 0; i < K; ++i) {
      const Vector<2> v = shared.frame.to_frame(x[2 * i], x[2 * i + 1]) / height;
      const double length = v.norm();
      f[3 * i] = shared.relative_rate[i];
      f.template segment<2>(3 * i + 1) = length > 10.0 ? Vector<2>(v * (10.0 / length)) : v;
    }
    return f;
  }
  static Latent encode(const Condition& x, const Solution& y, const Context& shared) {
    const Vector<2> v = shared.frame.to_frame(y[0], y[1]) / height;
    Latent z;
    if constexpr (!closed_form) {
      z.template head<K>() = y.template tail<K>() * (K / x[2 * K]);
    }
    z.template tail<2>() = v;
    return z;
  }
  static Solution decode(const Condition& x, const Latent& z, const Context& shared) {
    const Vector<2> u = position(z, shared);
    if constexpr (closed_form) {
      return with_best_powers(x, u[0], u[1]);
    } else {
      return with_powers(x, u[0], u[1], z.template head<K>() * (x[2 * K] / K));
    }
  }

  /// One step of `climb` with the best powers there; `y` itself if its rate is no less.
  static Solution refine(const Condition& x, const Solution& y, const Context& shared) {
    const UavPoint next = climb(shared.rate, point_at(shared.rate, y[0], y[1]));
    const Solution result = with_best_powers(x, next.x, next.y);
    return objective(x, result) > objective(x, y) ? result : y;
  }

  /// The UAV at the point of the square nearest to (ux, uy), with the best powers there.
  static Solution with_best_powers(const Condition& x, double ux, double uy) {
    Solution y;
    y[0] = inside(ux);
    y[1] = inside(uy);
    const SicOrder<K> order = sic_order(distance2(x, y[0], y[1]), Vector<K>(Vector<K>::Zero()));
    for (int k = 0; k < K; ++k) {
      y[2 + order[static_cast<std::size_t>(k)]] = best_sic_power<K>(k, x[2 * K], margin);
    }
    return y;
  }

  static Solution refine(const Condition& x, const Solution& y) { return refine(x, y, context(x)); }
  static Features features(const Condition& x) { return features(x, context(x)); }
  static Latent encode(const Condition& x, const Solution& y) { return encode(x, y, context(x)); }
  static Solution decode(const Condition& x, const Latent& z) { return decode(x, z, context(x)); }

 private:
  static constexpr std::string_view base_name = "noma_uav";
  static constexpr std::string_view policy_suffix = closed_form ? "" : "_powers";

 public:
  static constexpr std::string_view name = VariantName<base_name, Units::suffix, policy_suffix, Frame::suffix>::value;

 protected:
  using Cell::inside, Cell::distance2, Cell::sorted_terminals, Cell::site;

  /// The position that a latent stands for; it may lie outside the square.
  static Vector<2> position(const Latent& z, const Context& shared) {
    const Vector<2> v = z.template tail<2>();
    return shared.frame.to_world(v[0] * height, v[1] * height);
  }
  static Solution with_powers(const Condition& x, double ux, double uy, const Vector<K>& power) {
    const Vector<K> requested = power.array().isNaN().select(0.0, power);
    Solution y;
    y[0] = inside(ux);
    y[1] = inside(uy);
    const SicOrder<K> order = sic_order(distance2(x, y[0], y[1]), requested);
    y.template tail<K>() = project_sic_powers(requested, order, x[2 * K], margin);
    return y;
  }
  /// @throws Error [GDM-R231] if a search for the best position ended without proof
  static void require_proof(const SearchResult& result, double tolerance, std::string_view where) {
    if (!result.proved(tolerance)) {
      throw Error(Errc::not_proved, where,
                  "after " + std::to_string(result.boxes) + " boxes the best rate is " + to_text(result.value) +
                      " nat/s/Hz, and no more than " + to_text(result.bound) + " is proved",
                  "Use `baseline` for such an instance, and `bound` for what is proved");
    }
  }

 private:
  /// The sum rate over all positions, with the best powers.
  static UavRate<K> rate(const Condition& x) { return rate(x, site(x)); }
  static UavRate<K> rate(const Condition& x, const UavSite<K>& at) {
    typename UavSite<K>::Row power;
    for (int k = 0; k < K; ++k) {
      power[static_cast<std::size_t>(k)] = best_sic_power<K>(k, x[2 * K], margin);
    }
    return UavRate<K>(at, power, Units::gain);
  }
  static SearchResult search(const Condition& x, double tolerance) {
    return best_uav_position(rate(x), site(x), tolerance);
  }
};

template <int K, class Units, Completion Policy, class Frame>
struct Relaxation<NomaUav<K, Units, Policy, Frame>>;  // gdm/problems/noma_uav/relaxation.hpp

using NuProblem = NomaUav<3>;                  ///< 3 terminals, units as in the reference
using NuDbProblem = NomaUav<3, DecibelUnits>;  ///< 3 terminals, units as in the paper

GDM_NAMESPACE_END
