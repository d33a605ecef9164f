// SPDX-License-Identifier: MIT
/// @file
/// @brief A quadratic function of two variables that lies above another one on a rectangle, and its maximum there.
#pragma once

#include <algorithm>
#include <cmath>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

/// g v + 1/2 v' H v for every v of a rectangle around 0 and every symmetric H with H_xx <= hxx, H_yy <= hyy and H_xy
/// within `radius` of hxy.
struct QuadraticModel {
  double gx = 0.0, gy = 0.0;
  double hxx = 0.0, hxy = 0.0, hyy = 0.0;
  double radius = 0.0;

  struct Maximum {
    double value, x, y;
  };
  struct Inverse {
    double xx, xy, yy;
  };

  /// An upper bound on the function for |x| <= hx, |y| <= hy, and where it is reached. Since 2 |x y| <= x^2 + y^2, the
  /// matrix (hxx + radius, hxy, hyy + radius) lies above every H.
  [[nodiscard]] Maximum maximum(double hx, double hy) const {
    const double a = hxx + radius, b = hxy, c = hyy + radius;
    const double determinant = a * c - b * b;
    if (a < 0.0 && determinant > 0.0) {  // concave: the critical point, if it is inside
      const double x = (b * gy - c * gx) / determinant;
      const double y = (b * gx - a * gy) / determinant;
      if (std::abs(x) <= hx && std::abs(y) <= hy) {
        return {0.5 * (gx * x + gy * y), x, y};
      }
    }
    Maximum best{0.0, 0.0, 0.0};  // the centre may only lose to the edges, where the maximum of all other cases is
    for (const double sign : {-1.0, 1.0}) {
      const double x = sign * hx, y = sign * hy;
      const double along_x = peak(gx + b * y, a, hx), along_y = peak(gy + b * x, c, hy);
      best = larger(best, at(along_x, y, a, b, c));
      best = larger(best, at(x, along_y, a, b, c));
    }
    return best;
  }

  /// (-H)^-1 of the upper matrix, made positive definite by a shift where it is not.
  [[nodiscard]] Inverse negative_inverse() const {
    double a = -(hxx + radius), c = -(hyy + radius);
    const double middle = 0.5 * (a + c), spread = std::hypot(0.5 * (a - c), hxy);
    const double shift = std::max(0.0, 0.1 * (std::abs(middle) + spread) - (middle - spread));
    a += shift;
    c += shift;
    const double determinant = a * c - hxy * hxy;
    return {c / determinant, hxy / determinant, a / determinant};
  }

 private:
  /// Where g s + 1/2 h s^2 is largest in [-limit, limit].
  static double peak(double g, double h, double limit) {
    return h < 0.0 && std::abs(g) < -h * limit ? -g / h : std::copysign(limit, g);
  }
  [[nodiscard]] Maximum at(double x, double y, double a, double b, double c) const {
    return {gx * x + gy * y + 0.5 * (a * x * x + 2.0 * b * x * y + c * y * y), x, y};
  }
  static Maximum larger(const Maximum& p, const Maximum& q) { return q.value > p.value ? q : p; }
};

GDM_NAMESPACE_END
