// SPDX-License-Identifier: MIT
/// @file
/// @brief Local ascent of a rate over UAV positions, from one position or from every terminal.
#pragma once

#include <algorithm>
#include <array>
#include <type_traits>

#include <gdm/problems/noma_uav/uav_site.hpp>

GDM_NAMESPACE_BEGIN

/// A UAV position in the square and the rate there, nat/s/Hz.
struct UavPoint {
  double x = 0.0, y = 0.0;
  double rate = 0.0;
};

/// The point of the square nearest to (ux, uy), with its rate.
/// @tparam Rate  UavRate or UavMinimumRate: a `site()`, `value(ux, uy)` and `ascend(ux, uy)`
template <class Rate>
[[nodiscard]] UavPoint point_at(const Rate& rate, double ux, double uy) {
  const double x = std::clamp(ux, 0.0, rate.site().side), y = std::clamp(uy, 0.0, rate.site().side);
  return {x, y, rate.value(x, y)};
}

/// One step uphill that never lowers the rate: to where `ascend` points, then twice, four times and eight times as far as
/// long as the rate rises; half and a quarter as far if it does not rise at all. Mean shift alone takes steps that are
/// too short, and more so near a maximum where several terminals pull.
template <class Rate>
[[nodiscard]] UavPoint climb(const Rate& rate, const UavPoint& from) {
  const std::array<double, 2> to = rate.ascend(from.x, from.y);
  const auto at = [&](double length) {
    return point_at(rate, from.x + length * (to[0] - from.x), from.y + length * (to[1] - from.y));
  };
  UavPoint best = from;
  for (double length = 1.0; length <= 8.0; length *= 2.0) {
    const UavPoint next = at(length);
    if (!(next.rate > best.rate)) {
      break;
    }
    best = next;
  }
  for (double length = 0.5; length >= 0.25 && !(best.rate > from.rate); length *= 0.5) {
    const UavPoint next = at(length);
    best = next.rate > best.rate ? next : best;
  }
  return best;
}

/// The best of the local maxima uphill of every terminal and of their centroid: the strongest cheap position.
/// @param move   `Vector<2> move(ux, uy)`: a position near (ux, uy) that is allowed
/// @param steps  of `climb` from each of them, at most
template <class Rate, class Move>
[[nodiscard]] UavPoint best_ascent(const Rate& rate, const Move& move, int steps = 10) {
  const auto& site = rate.site();
  constexpr std::size_t terminals = std::remove_cvref_t<decltype(site)>::size;
  UavPoint best;
  double mean_x = 0.0, mean_y = 0.0;
  const auto from = [&](double ux, double uy) {
    const auto start = move(ux, uy);
    UavPoint u = point_at(rate, start[0], start[1]);
    for (int n = 0; n < steps; ++n) {
      const UavPoint next = climb(rate, u);
      if (!(next.rate > u.rate)) {
        break;
      }
      u = next;
    }
    best = u.rate > best.rate ? u : best;
  };
  for (std::size_t i = 0; i < terminals; ++i) {
    from(site.x[i], site.y[i]);
    mean_x += site.x[i] / static_cast<double>(terminals);
    mean_y += site.y[i] / static_cast<double>(terminals);
  }
  from(mean_x, mean_y);
  return best;
}

GDM_NAMESPACE_END
