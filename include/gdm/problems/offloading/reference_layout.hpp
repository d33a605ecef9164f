// SPDX-License-Identifier: MIT
/// @file
/// @brief The layout of the reference's data files of computation offloading.
#pragma once

#include <cmath>
#include <string>

#include <gdm/data/reference_csv.hpp>
#include <gdm/problems/offloading/computation_offloading.hpp>

GDM_NAMESPACE_BEGIN

/// Per node task s in bit, work c in cycles, local speed f in Hz, channel gain h, weights alpha and beta = 1 - alpha;
/// then the decisions as a number in binary, the first node being its highest digit; then the server shares y_1..y_K.
/// Budget: the server's speed F_t in Hz.
template <int K, class Completion>
struct ReferenceLayout<ComputationOffloading<K, Completion>> {
  using P = ComputationOffloading<K, Completion>;
  static_assert(K <= 50, "the decisions of more than 50 nodes do not fit into a number of double precision");
  static constexpr std::size_t columns = 7 * K + 1;

  static void read(const ReferenceRow& row, double budget, typename P::Condition& x, typename P::Solution& y) {
    constexpr std::size_t decision = 6 * K;
    const double most = std::exp2(K) - 1;
    row.require(row[decision] >= 0 && row[decision] <= most && std::floor(row[decision]) == row[decision], decision,
                "the decision", "must be an integer from 0 to " + to_text(most));
    const auto bits = static_cast<unsigned long long>(row[decision]);
    double sum = 0;
    for (int i = 0; i < K; ++i) {
      const std::size_t first = 6 * static_cast<std::size_t>(i), share = decision + 1 + static_cast<std::size_t>(i);
      const std::string node = " of node " + std::to_string(i + 1);
      for (int j = 0; j < 5; ++j) x[5 * i + j] = row[first + static_cast<std::size_t>(j)];
      row.require(std::abs(row[first + 4] + row[first + 5] - 1) <= 1e-6, first + 5, "the energy weight beta" + node,
                  "must be 1 - alpha");
      const bool offloaded = (bits >> (K - 1 - i) & 1U) != 0;
      row.require(offloaded ? row[share] > 0 : row[share] == 0, share, "the share" + node,
                  offloaded ? "must be above 0, for the decision sends the task to the server"
                            : "must be 0, for the decision keeps the task local");
      y[i] = row[share];
      sum += row[share];
    }
    x[5 * K] = budget;
    if (sum > 1 + 1e-6) row.fail(columns - 1, "the shares up to here add up to " + to_text(sum) + ", above 1");
  }
};

GDM_NAMESPACE_END
