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
#include <gdm/problem/short_sort.hpp>

GDM_NAMESPACE_BEGIN

/// A rigid motion of the plane: a new origin, then a turn, then perhaps a reflection in the new x axis.
struct UavFrame {
  double x = 0.0, y = 0.0;          ///< origin in the world, m
  double cosine = 1.0, sine = 0.0;  ///< direction of the new x axis in the world
  double side = 1.0;                ///< -1 reflects

  [[nodiscard]] Vector<2> to_frame(double wx, double wy) const {
    const double dx = wx - x, dy = wy - y;
    return {cosine * dx + sine * dy, side * (cosine * dy - sine * dx)};
  }
  [[nodiscard]] Vector<2> to_world(double fx, double fy) const {
    return {x + cosine * fx - sine * side * fy, y + sine * fx + cosine * side * fy};
  }
};

/// World axes around the middle of the square: what is learnt here does not carry over to moved or turned instances.
struct SquareFrame {
  static constexpr std::string_view suffix = "_square_frame";
  template <int K>
  static UavFrame of(const std::array<Vector<2>, static_cast<std::size_t>(K)>&, double side) {
    return {.x = 0.5 * side, .y = 0.5 * side};
  }
};

/// World axes around the terminals' centroid.
struct CentroidFrame {
  static constexpr std::string_view suffix = "_centroid_frame";
  /// The terminals are sorted first, so that their order changes no bit of the sum.
  template <int K>
  static UavFrame of(std::array<Vector<2>, static_cast<std::size_t>(K)> terminals, double) {
    short_sort(terminals, terminals.size(), before);
    UavFrame frame;
    for (const Vector<2>& terminal : terminals) {
      frame.x += terminal[0] / K;
      frame.y += terminal[1] / K;
    }
    return frame;
  }
  static bool before(const Vector<2>& a, const Vector<2>& b) { return a[0] != b[0] ? a[0] < b[0] : a[1] < b[1]; }
};

/// The default: around the centroid, with the x axis through the terminal farthest from it, and reflected so that the
/// second farthest has y >= 0. Three terminals change continuously in it: where two of them are equally far from the
/// centroid the triangle is its own mirror image, and both choices give the same picture. Coincident or collinear
/// terminals keep the world's direction or side where there is nothing to choose by.
struct CanonicalFrame {
  static constexpr std::string_view suffix = "";
  template <int K>
  static UavFrame of(const std::array<Vector<2>, static_cast<std::size_t>(K)>& terminals, double side) {
    UavFrame frame = CentroidFrame::of<K>(terminals, side);
    struct Arm {
      double length2;
      Vector<2> tip;
    };
    std::array<Arm, static_cast<std::size_t>(K)> arms;
    for (std::size_t i = 0; i < arms.size(); ++i) {
      const Vector<2> tip = terminals[i] - Vector<2>(frame.x, frame.y);
      arms[i] = {tip.squaredNorm(), tip};
    }
    short_sort(arms, arms.size(), [](const Arm& a, const Arm& b) {
      return a.length2 != b.length2 ? a.length2 > b.length2 : CentroidFrame::before(a.tip, b.tip);
    });
    const double length = std::sqrt(arms[0].length2);
    if (length > 0.0) {
      frame.cosine = arms[0].tip[0] / length;
      frame.sine = arms[0].tip[1] / length;
    }
    if constexpr (K > 1) {
      const Vector<2>& second = arms[1].tip;
      frame.side = frame.cosine * second[1] - frame.sine * second[0] < 0.0 ? -1.0 : 1.0;
    }
    return frame;
  }
};

/// A policy that chooses the frame in which terminals are shown to the network and positions are sampled.
template <class T>
concept UavFramePolicy =
    std::same_as<T, SquareFrame> || std::same_as<T, CentroidFrame> || std::same_as<T, CanonicalFrame>;

GDM_NAMESPACE_END
