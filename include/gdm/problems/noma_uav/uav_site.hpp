// SPDX-License-Identifier: MIT
/// @file
/// @brief Distances between a UAV and its terminals, at one position and over a box of positions.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <gdm/optimum/box_search.hpp>
#include <gdm/optimum/short_sort.hpp>

GDM_NAMESPACE_BEGIN

/// Terminals on the ground and the square [0, side]^2 above which the UAV flies. All lengths in m.
template <int K>
struct UavSite {
  static constexpr auto size = static_cast<std::size_t>(K);
  using Row = std::array<double, size>;

  Row x{}, y{};
  double height = 0.0;
  double side = 0.0;

  /// The terminals as seen from the positions of a box.
  struct View {
    Row dx{}, dy{};                         // from the terminal to the centre
    Row t{}, nearest{}, farthest{};         // squared distances at the centre, least and most in the box
    std::array<std::size_t, size> order{};  // terminals by t
    double hx = 0.0, hy = 0.0;

    /// The most by which the squared distance of the a-th nearest of the centre exceeds that of the b-th; negative if
    /// it never does. The difference is linear in the position, so this is exact.
    [[nodiscard]] double most_over(std::size_t a, std::size_t b) const {
      const std::size_t p = order[a], q = order[b];
      return t[p] - t[q] + 2.0 * (hx * std::abs(dx[p] - dx[q]) + hy * std::abs(dy[p] - dy[q]));
    }
    [[nodiscard]] double over(std::size_t a, std::size_t b) const { return std::max(0.0, most_over(a, b)); }
  };

  [[nodiscard]] double squared_distance(double dx, double dy) const { return dx * dx + dy * dy + height * height; }

  /// Squared distances from a position, the least first.
  [[nodiscard]] Row sorted_distances(double ux, double uy) const {
    Row t;
    for (std::size_t i = 0; i < size; ++i) {
      t[i] = squared_distance(ux - x[i], uy - y[i]);
    }
    return sorted(t);
  }
  static Row sorted(Row t) {
    exchange_sort(t);
    return t;
  }

  /// Where the best position is. Moving a position to the terminals' bounding box brings it nearer to all of them.
  [[nodiscard]] SearchBox area() const {
    const auto [left, right] = std::minmax_element(x.begin(), x.end());
    const auto [low, high] = std::minmax_element(y.begin(), y.end());
    const double x0 = inside(*left), x1 = inside(*right), y0 = inside(*low), y1 = inside(*high);
    return {0.5 * (x0 + x1), 0.5 * (y0 + y1), 0.5 * (x1 - x0), 0.5 * (y1 - y0)};
  }

  [[nodiscard]] View look(const SearchBox& box) const {
    View view;
    view.hx = box.hx;
    view.hy = box.hy;
    for (std::size_t i = 0; i < size; ++i) {
      const double dx = box.x - x[i], dy = box.y - y[i];
      const double ax = std::abs(dx), ay = std::abs(dy);
      view.dx[i] = dx;
      view.dy[i] = dy;
      view.t[i] = squared_distance(dx, dy);
      view.nearest[i] = squared_distance(std::max(ax - box.hx, 0.0), std::max(ay - box.hy, 0.0));
      view.farthest[i] = squared_distance(ax + box.hx, ay + box.hy);
      view.order[i] = i;
    }
    short_sort(view.order, size,
               [&](std::size_t a, std::size_t b) { return view.t[a] != view.t[b] ? view.t[a] < view.t[b] : a < b; });
    return view;
  }

 private:
  [[nodiscard]] double inside(double u) const { return std::clamp(u, 0.0, side); }
};

GDM_NAMESPACE_END
