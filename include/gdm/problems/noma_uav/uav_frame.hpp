// SPDX-License-Identifier: MIT
/// @file
/// @brief Coordinate frames that are tied to the terminals, so that moved and turned instances look the same.
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <string_view>

#include <gdm/core/vector.hpp>
#include <gdm/optimum/short_sort.hpp>
#include <gdm/problems/noma_uav/uav_rate.hpp>

GDM_NAMESPACE_BEGIN

/// A rigid motion of the plane: a new origin, then a turn, then perhaps a reflection in the new x axis.
struct UavFrame {
  double x = 0.0, y = 0.0;          ///< origin in the world, m
  double cosine = 1.0, sine = 0.0;  ///< direction of the new x axis in the world
  double mirror = 1.0;              ///< -1 reflects

  [[nodiscard]] Vector<2> to_frame(double wx, double wy) const {
    const double dx = wx - x, dy = wy - y;
    return {cosine * dx + sine * dy, mirror * (cosine * dy - sine * dx)};
  }
  [[nodiscard]] Vector<2> to_world(double fx, double fy) const {
    return {x + cosine * fx - sine * mirror * fy, y + sine * fx + cosine * mirror * fy};
  }
};

namespace detail {

/// By x, then by y.
inline bool by_position(const Vector<2>& a, const Vector<2>& b) { return a[0] != b[0] ? a[0] < b[0] : a[1] < b[1]; }

/// Mean of the terminals.
template <int K>
[[nodiscard]] Vector<2> centroid(const UavSite<K>& site) {
  Vector<2> mean(0.0, 0.0);
  for (std::size_t i = 0; i < UavSite<K>::size; ++i) mean += Vector<2>(site.x[i], site.y[i]) / K;
  return mean;
}

/// A terminal with its number in the site and the rate of a UAV above it.
struct RateAbove {
  double rate;
  Vector<2> terminal;
  std::size_t number;
};
/// All terminals of a site, the one with the best rate first.
template <int K>
using RatesAbove = std::array<RateAbove, UavSite<K>::size>;
template <int K>
[[nodiscard]] RatesAbove<K> rates_above(const UavRate<K>& rate) {
  RatesAbove<K> result;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const double x = rate.site().x[i], y = rate.site().y[i];
    result[i] = {rate.value(x, y), {x, y}, i};
  }
  short_sort(result, result.size(), [](const RateAbove& a, const RateAbove& b) {
    return a.rate != b.rate ? a.rate > b.rate : by_position(a.terminal, b.terminal);
  });
  return result;
}

/// A few steps uphill from `start`: near a local maximum of the rate.
template <int K>
[[nodiscard]] Vector<2> peak(const UavRate<K>& rate, const Vector<2>& start) {
  constexpr int steps = 6;
  std::array<double, 2> u{start[0], start[1]};
  for (int n = 0; n < steps; ++n) u = rate.ascend(u[0], u[1]);
  return {u[0], u[1]};
}

}  // namespace detail

/// World axes around the middle of the square: what is learnt here does not carry over to moved or turned instances.
struct SquareFrame {
  static constexpr std::string_view suffix = "_square_frame";
  template <int K>
  static UavFrame of(const UavRate<K>& rate, const detail::RatesAbove<K>&) {
    return {.x = 0.5 * rate.site().side, .y = 0.5 * rate.site().side};
  }
};

/// World axes around the terminals' centroid.
struct CentroidFrame {
  static constexpr std::string_view suffix = "_centroid_frame";
  template <int K>
  static UavFrame of(const UavRate<K>& rate, const detail::RatesAbove<K>&) {
    const Vector<2> origin = detail::centroid(rate.site());
    return {.x = origin[0], .y = origin[1]};
  }
};

/// World axes around the local maximum uphill of the terminal with the best rate above it. Whatever the number of
/// terminals, most best positions are then near the origin and the others above another cluster of terminals: the frame for weights that are to solve
/// other numbers of terminals. Trained on 4 for 40 epochs and solving 3, 6 and 8, the mean gaps are 1e-3, 1e-3 and 5e-4;
/// around the centroid they are 1e-2, 6e-3 and 4e-3.
struct PeakFrame {
  static constexpr std::string_view suffix = "_peak_frame";
  template <int K>
  static UavFrame of(const UavRate<K>& rate, const detail::RatesAbove<K>& rates_above) {
    const Vector<2> origin = detail::peak(rate, rates_above[0].terminal);
    return {.x = origin[0], .y = origin[1]};
  }
};

/// The default: PeakFrame turned so that the centroid lies on the x axis, and reflected so that the terminal with the
/// second best rate above it has y >= 0. For a fixed number of terminals it leaves the network least to learn. Where the
/// centroid is the peak, or that second terminal lies on the axis, the direction of the world's axes or their
/// orientation remains.
struct CanonicalFrame {
  static constexpr std::string_view suffix = "";
  template <int K>
  static UavFrame of(const UavRate<K>& rate, const detail::RatesAbove<K>& rates_above) {
    const Vector<2> origin = detail::peak(rate, rates_above[0].terminal);
    UavFrame frame{.x = origin[0], .y = origin[1]};
    const Vector<2> arm = detail::centroid(rate.site()) - origin;
    const double length = arm.norm();
    if (length > 1e-9 * rate.site().height) {
      frame.cosine = arm[0] / length;
      frame.sine = arm[1] / length;
    }
    if constexpr (K > 1) {
      const Vector<2>& second = rates_above[1].terminal;
      if (frame.to_frame(second[0], second[1])[1] < 0.0) frame.mirror = -1.0;
    }
    return frame;
  }
};

/// A policy that chooses the frame in which terminals are shown to the network and positions are sampled.
template <class T>
concept UavFramePolicy = std::same_as<T, SquareFrame> || std::same_as<T, CentroidFrame> || std::same_as<T, PeakFrame> ||
    std::same_as<T, CanonicalFrame>;

GDM_NAMESPACE_END
