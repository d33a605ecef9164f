// SPDX-License-Identifier: MIT
/// @file
/// @brief The layout of the reference's data files of the sum-rate problem.
#pragma once

#include <cmath>
#include <string>

#include <gdm/data/reference_csv.hpp>
#include <gdm/problems/sum_rate/sum_rate.hpp>

GDM_NAMESPACE_BEGIN

/// g_1..g_M in 1/W, the optimal rate in bit/s/Hz, p_1..p_M in W. Budget: the total power in W.
template <int M, int TotalMilliwatt>
struct ReferenceLayout<SumRate<M, TotalMilliwatt>> {
  using P = SumRate<M, TotalMilliwatt>;
  static constexpr std::size_t columns = 2 * M + 1;

  static void read(const ReferenceRow& row, double budget, typename P::Condition& x, typename P::Solution& y) {
    constexpr std::size_t m = M;
    double power = 0;
    for (std::size_t i = 0; i < m; ++i) {
      row.require(row[i] >= 0, i, "gain g_" + std::to_string(i + 1), "must be 0 or more");
      row.require(row[m + 1 + i] >= 0, m + 1 + i, "power p_" + std::to_string(i + 1), "must be 0 or more");
      x[static_cast<int>(i)] = row[i];
      y[static_cast<int>(i)] = row[m + 1 + i];
      power += row[m + 1 + i];
    }
    x[M] = budget;
    if (std::abs(power - budget) > 1e-6 * budget) {
      row.fail(2 * m, "the powers up to here add up to " + to_text(power) + " W and the budget is " + to_text(budget));
    }
    const double rate = P::objective(x, y);
    row.require(std::abs(row[m] - rate) <= 1e-6 * rate, m, "the rate", "gains and powers give " + to_text(rate));
  }
};

GDM_NAMESPACE_END
