// SPDX-License-Identifier: MIT
/// @file
/// @brief The layout of the reference's data files of the NOMA-UAV problem.
#pragma once

#include <cmath>
#include <numbers>
#include <string>

#include <gdm/data/reference_csv.hpp>
#include <gdm/problems/noma_uav/noma_uav.hpp>

GDM_NAMESPACE_BEGIN

/// x_1, y_1, .., x_K, y_K in m, the UAV's position in m, p_1..p_K in mW, the rate in nat/s/Hz, or in bit/s/Hz as newer
/// versions of the generator write it. Budget: the total power in mW. Only for the reference's raw units, in which the labels are optimal.
///
/// The labels lie on a grid of 1 m and 0.05 mW and keep a margin of 0.05 mW between the powers, half of what `NomaUav`
/// requires of a solution. Most lines are shifted, flipped and turned copies: there terminals and UAV may lie outside
/// the square, and the rate is right to 2e-4 only.
template <int K, class Completion, class Frame>
struct ReferenceLayout<NomaUav<K, ReferenceUnits, Completion, Frame>> {
  using P = NomaUav<K, ReferenceUnits, Completion, Frame>;
  static constexpr std::size_t columns = 3 * K + 3;

  static void read(const ReferenceRow& row, double budget, typename P::Condition& x, typename P::Solution& y) {
    constexpr std::size_t position = 2 * K, powers = position + 2, rate = powers + K;
    double power = 0;
    for (std::size_t j = 0; j < position; ++j) x[static_cast<int>(j)] = row[j];
    x[2 * K] = budget;
    for (std::size_t j = 0; j < K + 2; ++j) y[static_cast<int>(j)] = row[position + j];
    for (std::size_t j = powers; j < rate; ++j) {
      row.require(row[j] >= 0, j, "power p_" + std::to_string(j - powers + 1), "must be 0 or more");
      power += row[j];
    }
    if (std::abs(power - budget) > 1e-6 * budget) {
      row.fail(rate - 1,
               "the powers up to here add up to " + to_text(power) + " mW and the budget is " + to_text(budget));
    }
    const double bits = P::objective(x, y), nats = bits * std::numbers::ln2;
    const auto is = [&](double expected) { return std::abs(row[rate] - expected) <= 1e-3 * expected; };
    row.require(is(nats) || is(bits), rate, "the rate",
                "position and powers give " + to_text(nats) + " nat/s/Hz or " + to_text(bits) + " bit/s/Hz");
  }
};

GDM_NAMESPACE_END
