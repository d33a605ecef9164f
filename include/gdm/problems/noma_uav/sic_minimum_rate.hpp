// SPDX-License-Identifier: MIT
/// @file
/// @brief The best SIC powers when every terminal has a minimum rate.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

/// Constraints on the powers. With noise n_k = 1/g_(k), nearest terminal first, and sums S_k = p_(1) + .. + p_(k):
/// p_(k+1) >= p_(k) + margin, S_K = total, and p_(k) >= factor * (S_{k-1} + n_k), which is a rate of log(1 + factor).
struct SicConstraints {
  double total;   ///< mW
  double margin;  ///< mW
  double factor;  ///< 2^R - 1 for a minimum rate of R bit/s/Hz
};

/// Least total power, in mW, that keeps margins and rates for the given noise (rising, mW).
template <std::size_t K>
[[nodiscard]] double least_total(const std::array<double, K>& noise, const SicConstraints& constraints) {
  double sum = 0.0, power = 0.0;
  for (std::size_t k = 0; k < K; ++k) {
    power = std::max(k == 0 ? 0.0 : power + constraints.margin, constraints.factor * (sum + noise[k]));
    sum += power;
  }
  return sum;
}

/// The sums of the best powers. The sum rate grows with every S_k (see best_sic_power), and both kinds of constraints
/// bound S_k from above by rising functions of its neighbours,
///   S_k <= (S_{k+1} + S_{k-1} - margin) / 2  and  S_k <= (S_{k+1} - factor n_{k+1}) / (1 + factor),
/// so there is a largest solution, in which each S_k meets the lower of its two limits.
template <std::size_t K>
class SicSums {
 public:
  using Row = std::array<double, K>;
  /// At [k], whether the terminal of rank k + 1 gets no more than the minimum rate asks for, and so limits S_k.
  using Limits = std::array<bool, K>;

  /// The largest solution. Choosing the lower limit of each sum anew and solving again never raises a sum, so no choice
  /// comes twice but for rounding, and a few rounds suffice.
  static SicSums best(const Row& noise, const SicConstraints& constraints) {
    Limits limits{};
    for (std::size_t round = 0;; ++round) {
      const SicSums sums(noise, constraints, limits);
      Limits next = limits;
      for (std::size_t k = 0; k + 1 < K; ++k) {
        const double by_margin = 0.5 * (sums.sum_[k + 1] + (k == 0 ? 0.0 : sums.sum_[k - 1]) - constraints.margin);
        const double by_rate = (sums.sum_[k + 1] - constraints.factor * noise[k + 1]) / (1.0 + constraints.factor);
        const double rounding = 1e-13 * constraints.total;
        next[k] = by_rate < by_margin - rounding || (limits[k] && by_rate <= by_margin + rounding);
      }
      if (next == limits || round > 4 * K) {
        return sums;
      }
      limits = next;
    }
  }

  /// The solution for chosen limits; an upper bound on the largest one.
  SicSums(const Row& noise, const SicConstraints& constraints, const Limits& limits) : limits_(limits) {
    for (std::size_t k = 0; k < K; ++k) {
      constant_[k] = constraints.total;
    }
    // S_k = scale_k S_{k+1} + shift_k, with shift_k linear in the noise, from the front; then from the back.
    Row scale{}, shift{};
    std::array<Row, K> slope{};  // d shift_k / d n_j
    for (std::size_t k = 0; k + 1 < K; ++k) {
      if (limits[k]) {
        scale[k] = 1.0 / (1.0 + constraints.factor);
        slope[k][k + 1] = -constraints.factor * scale[k];
      } else {
        scale[k] = 1.0 / (2.0 - (k == 0 ? 0.0 : scale[k - 1]));
        shift[k] = scale[k] * ((k == 0 ? 0.0 : shift[k - 1]) - constraints.margin);
        for (std::size_t j = 0; k > 0 && j < K; ++j) {
          slope[k][j] = scale[k] * slope[k - 1][j];
        }
      }
    }
    for (std::size_t k = K - 1; k-- > 0;) {
      constant_[k] = scale[k] * constant_[k + 1] + shift[k];
      for (std::size_t j = 0; j < K; ++j) {
        slope_[k][j] = scale[k] * slope_[k + 1][j] + slope[k][j];
      }
    }
    for (std::size_t k = 0; k < K; ++k) {
      sum_[k] = constant_[k];
      for (std::size_t j = 0; j < K; ++j) {
        sum_[k] += slope_[k][j] * noise[j];
      }
    }
  }

  [[nodiscard]] const Limits& limits() const { return limits_; }
  [[nodiscard]] double sum(std::size_t k) const { return sum_[k]; }
  [[nodiscard]] double power(std::size_t k) const { return k == 0 ? sum_[0] : sum_[k] - sum_[k - 1]; }
  /// S_k = constant(k) + sum_j slope(k, j) n_j as long as the limits stay.
  [[nodiscard]] double constant(std::size_t k) const { return constant_[k]; }
  [[nodiscard]] double slope(std::size_t k, std::size_t j) const { return slope_[k][j]; }

 private:
  Limits limits_;
  Row constant_{}, sum_{};
  std::array<Row, K> slope_{};
};

GDM_NAMESPACE_END
