// SPDX-License-Identifier: MIT
/// @file
/// @brief A user's own problem with many local optima: where two masts stand best.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <gdm/gdm.hpp>
#include <limits>
#include <numbers>
#include <string_view>

namespace example {

/// Two masts in a square of 1 km serve eight users together: maximise sum_i log2(1 + sum_j SNR_ij) over the places of
/// the masts, with SNR_ij = c (h^2 + d_ij^2)^-1.5 (path loss exponent 3, h = 50 m, 10 dB at 250 m). Every user attracts
/// a mast, and every pair of users may keep one each.
///
/// Condition: x and y of every user in km. Solution: x and y of both masts in km, the one farther left first.
struct Masts {
  static constexpr int users = 8, masts = 2;
  using Condition = gdm::Vector<2 * users>;
  using Solution = gdm::Vector<2 * masts>;
  using Features = gdm::Vector<2 * users>;
  static constexpr gdm::Sense sense = gdm::Sense::maximize;
  static constexpr std::string_view name = "masts";

  static double objective(const Condition& x, const Solution& q) { return rate(x, q, nullptr); }

  /// The objective, and its gradient if asked.
  static double rate(const Condition& x, const Solution& q, Solution* gradient) {
    if (gradient != nullptr) gradient->setZero();
    double product = 1;
    for (int i = 0; i < users; ++i) {
      const Reception r(x, q, i);
      product *= 1 + r.snr;
      for (int j = 0; j < masts && gradient != nullptr; ++j)
        gradient->segment<2>(2 * j) += 3 * std::numbers::log2e * r.pull(j) * (user(x, i) - q.segment<2>(2 * j));
    }
    return std::log2(product);
  }

  static Solution project(const Condition&, const Solution& q) { return q.cwiseMax(0.0).cwiseMin(1.0); }
  static double violation(const Condition& x, const Solution& q) {
    return q.allFinite() ? (q - project(x, q)).cwiseAbs().maxCoeff() : std::numeric_limits<double>::infinity();
  }

  /// One step of ascent: each mast to the mean of the users, weighed with their pull. The objective is convex in the
  /// squared distances, so that its tangent there, a quadratic in the places, lies below it: the step never loses.
  static Solution refine(const Condition& x, const Solution& q) {
    Solution sum = Solution::Zero();
    std::array<double, masts> weight{};
    for (int i = 0; i < users; ++i) {
      const Reception r(x, q, i);
      for (int j = 0; j < masts; ++j) {
        sum.segment<2>(2 * j) += r.pull(j) * user(x, i);
        weight[static_cast<std::size_t>(j)] += r.pull(j);
      }
    }
    for (int j = 0; j < masts; ++j) sum.segment<2>(2 * j) /= weight[static_cast<std::size_t>(j)];
    return ordered(sum);
  }

  /// The best of ascents from the first `starts` pairs of users, of which there are 28.
  static Solution climb(const Condition& x, int starts, int steps, double tolerance) {
    Solution best = Solution::Zero();
    double most = -1;
    for (int a = 0, start = 0; a < users; ++a)
      for (int b = a + 1; b < users && start < starts; ++b, ++start) {
        Solution q;
        q << user(x, a), user(x, b);
        for (int k = 0; k < steps; ++k) {
          const Solution next = refine(x, q);
          const double moved = (next - q).cwiseAbs().maxCoeff();
          q = next;
          if (moved < tolerance) break;
        }
        const double value = objective(x, q);
        if (value > most) {
          most = value;
          best = ordered(q);
        }
      }
    return best;
  }
  /// The best known: ascent from every pair of users, converged.
  static Solution optimal(const Condition& x) { return climb(x, 28, 1000, 1e-9); }
  static Solution baseline(const Condition& x) { return climb(x, 1, 50, 1e-4); }

  /// Users from left to right, so that their order in the condition does not matter.
  static Features features(const Condition& x) {
    std::array<int, users> order{0, 1, 2, 3, 4, 5, 6, 7};
    std::sort(order.begin(), order.end(), [&](int a, int b) { return x[2 * a] < x[2 * b]; });
    Features f;
    for (int i = 0; i < users; ++i) f.segment<2>(2 * i) = user(x, order[static_cast<std::size_t>(i)]);
    return f;
  }

  template <class Generator>
  static Condition draw(Generator& rng) {
    Condition x;
    for (double& coordinate : x) coordinate = gdm::draw_uniform(rng);
    return x;
  }

 private:
  static constexpr double height = 0.05, scale = 10 * 0.25 * 0.25 * 0.25;  // km; 10 dB at 250 m

  static gdm::Vector<2> user(const Condition& x, int i) { return x.segment<2>(2 * i); }
  static Solution ordered(const Solution& q) {
    if (q[0] <= q[2]) return q;
    Solution swapped;
    swapped << q.tail<2>(), q.head<2>();
    return swapped;
  }

  /// What user i receives.
  struct Reception {
    double snr = 0;
    std::array<double, masts> slope{};  ///< of the SNR, over -1.5 and the squared distance
    Reception(const Condition& x, const Solution& q, int i) {
      for (int j = 0; j < masts; ++j) {
        const double square = height * height + (user(x, i) - q.segment<2>(2 * j)).squaredNorm();
        const double part = scale / (square * std::sqrt(square));
        snr += part;
        slope[static_cast<std::size_t>(j)] = part / square;
      }
    }
    /// How strongly this user draws mast j.
    [[nodiscard]] double pull(int j) const { return slope[static_cast<std::size_t>(j)] / (1 + snr); }
  };
};

}  // namespace example
