// SPDX-License-Identifier: MIT
/// @file
/// @brief What a condition of NOMA with a UAV means: terminals, the square above them, the power that there is.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <type_traits>

#include <gdm/optimum/short_sort.hpp>
#include <gdm/problem/problem.hpp>
#include <gdm/problems/noma_uav/draw_terminals.hpp>
#include <gdm/problems/noma_uav/sic.hpp>
#include <gdm/problems/noma_uav/uav_frame.hpp>
#include <gdm/problems/noma_uav/uav_site.hpp>

GDM_NAMESPACE_BEGIN

/// K terminals on the ground, a UAV in the square above them, and a total power.
///
/// Condition: terminals x_1, y_1, .., x_K, y_K in m (they may lie outside the square), then the total power P in mW.
template <int K>
struct UavCell {
  using Condition = Vector<2 * K + 1>;

  static constexpr double side = 400.0;                          ///< of the square that the UAV stays in, m
  static constexpr double height = 150.0;                        ///< of the UAV, m
  static constexpr double margin = 0.1;                          ///< SIC margin, mW
  static constexpr double farthest = 1e6;                        ///< limit of a terminal's coordinates, m
  static constexpr double least_power = 1e-6, most_power = 1e5;  ///< limits of the total power, mW
  static constexpr double power_needed = sic_power_needed<K>(margin);

  /// @throws Error [GDM-R202] naming the index and the value, [GDM-R203] if the total power cannot hold the margins.
  static void validate(const Condition& x) {
    require_finite(x, "NomaUav condition");
    for (int j = 0; j < 2 * K; ++j) {
      if (std::abs(x[j]) > farthest) {
        throw Error(Errc::invalid_condition, "NomaUav condition",
                    std::string(j % 2 == 0 ? "x" : "y") + " of terminal " + std::to_string(j / 2 + 1) + " (element " +
                        std::to_string(j) + ") is " + to_text(x[j]),
                    "It must lie in [-1e6, 1e6] m");
      }
    }
    const auto total = [&x] { return "total power (element " + std::to_string(2 * K) + ") is " + to_text(x[2 * K]); };
    if (x[2 * K] < least_power || x[2 * K] > most_power) {
      throw Error(Errc::invalid_condition, "NomaUav condition", total(), "It must lie in [1e-6, 1e5] mW");
    }
    if (x[2 * K] < power_needed * (1 - 1e-12)) {  // 3 x 0.1 is a last place above 0.3
      throw Error(Errc::infeasible, "NomaUav condition",
                  total() + " mW; the SIC margins between " + std::to_string(K) + " terminals need " +
                      to_text(power_needed) + " mW",
                  "Raise the total power");
    }
  }

  /// The terminals of draw_terminals in the square, and 6 mW for each.
  template <class Generator>
  static Condition draw(Generator& rng) {
    Condition x;
    x.template head<2 * K>() = draw_terminals<K>(rng, side);
    x[2 * K] = 6.0 * K;
    return x;
  }

 protected:
  /// Into the square; a NaN becomes the middle.
  static double inside(double u) { return std::isnan(u) ? 0.5 * side : std::clamp(u, 0.0, side); }

  /// Squared distances between the UAV and the terminals. Best positions lie on the bisectors of terminals, where a
  /// rounding decides the order. The multiply-adds are spelled out: left to the compiler, one place might use them and
  /// another not, and what one of them decoded would be infeasible to the other.
  template <class S>
  static Eigen::Matrix<S, K, 1> distance2(const Condition& x, const S& ux, const S& uy) {
    Eigen::Matrix<S, K, 1> result;
    for (int i = 0; i < K; ++i) {
      const S dx = ux - x[2 * i];
      const S dy = uy - x[2 * i + 1];
      if constexpr (std::is_floating_point_v<S>) {
        result[i] = std::fma(dx, dx, std::fma(dy, dy, S(height * height)));
      } else {
        result[i] = dx * dx + dy * dy + height * height;
      }
    }
    return result;
  }

  /// The terminals by x, then by y. All that is computed from them in this order has the same bits whatever the order
  /// of the condition's terminals, also where the compiler turns loops into vectors and products into multiply-adds.
  static std::array<int, UavSite<K>::size> sorted_terminals(const Condition& x) {
    std::array<int, UavSite<K>::size> order;
    std::iota(order.begin(), order.end(), 0);
    short_sort(order, order.size(), [&x](int a, int b) {
      return detail::by_position(x.template segment<2>(2 * a), x.template segment<2>(2 * b));
    });
    return order;
  }
  static UavSite<K> site(const Condition& x, const std::array<int, UavSite<K>::size>& order) {
    UavSite<K> result;
    result.height = height;
    result.side = side;
    for (std::size_t k = 0; k < order.size(); ++k) {
      result.x[k] = x[2 * order[k]];
      result.y[k] = x[2 * order[k] + 1];
    }
    return result;
  }
  static UavSite<K> site(const Condition& x) { return site(x, sorted_terminals(x)); }
};

GDM_NAMESPACE_END
