// SPDX-License-Identifier: MIT
/// @file
/// @brief What a condition of computation offloading means: nodes, their tasks and links, the server, and what each costs.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include <gdm/optimum/order_free.hpp>
#include <gdm/problem/draw.hpp>
#include <gdm/problem/problem.hpp>
#include <gdm/problems/offloading/offloading.hpp>

GDM_NAMESPACE_BEGIN

/// K nodes with a task each, which share the spectrum, and one edge server.
///
/// Condition: per node the task s in bit (0: absent), its work c in cycles, local speed f in Hz, channel gain h (0: no link,
/// the node must stay local) and delay weight alpha in [0, 1]; then the server speed F_t in Hz.
template <int K>
struct OffloadingCell {
  using Condition = Vector<5 * K + 1>;

  static constexpr double kappa = 1e-28;                     ///< energy per cycle and squared local speed, J s^2
  static constexpr double transmit_power = 0.3;              ///< P_t, W
  static constexpr double idle_power = 0.1;                  ///< P_I, W, while the server computes
  static constexpr double bandwidth = 1e6;                   ///< B, Hz
  static constexpr double noise = 7.96159e-13;               ///< N_0, W
  static constexpr double smallest = 1e-30, largest = 1e30;  ///< limits of the condition, far beyond any node

  /// @throws Error [GDM-R202] naming the index and the value.
  static void validate(const Condition& x) {
    require_finite(x, "ComputationOffloading condition");
    static constexpr const char* names[] = {"task s", "work c", "local speed f", "channel gain h",
                                            "delay weight alpha"};
    for (int j = 0; j <= 5 * K; ++j) {
      if (j < 5 * K && !present(x, j / 5)) {
        continue;
      }
      const int kind = j < 5 * K ? j % 5 : 5;
      const bool zero_allowed = kind == 0 || kind == 3 || kind == 4;
      const double low = zero_allowed && x[j] == 0.0 ? 0.0 : kind == 4 ? 0.0 : smallest;
      const double high = kind == 4 ? 1.0 : largest;
      if (!(x[j] >= low && x[j] <= high)) {
        const std::string what =
            kind == 5 ? "server speed F_t" : names[kind] + (" of node " + std::to_string(j / 5 + 1));
        throw Error(Errc::invalid_condition, "ComputationOffloading condition",
                    what + " (element " + std::to_string(j) + ") is " + to_text(x[j]),
                    std::string("It must ") + (zero_allowed && kind != 4 ? "be 0 or " : "") + "lie in [" +
                        (kind == 4 ? "0, 1" : "1e-30, 1e30") + "]");
      }
    }
  }

  /// A node takes part if it has a task.
  static bool present(const Condition& x, int node) noexcept { return x[5 * node] != 0.0; }

  /// Costs L_i, T_i and E_i of the nodes; T_i is infinite without a link.
  static OffloadingCosts<K> costs(const Condition& x) {
    OffloadingCosts<K> result;
    result.present = 0;
    Vector<K> received = Vector<K>::Zero();
    for (int i = 0; i < K; ++i) {
      if (present(x, i)) {
        received[i] = transmit_power * x[5 * i + 3] * x[5 * i + 3];
        ++result.present;
      }
    }
    const double strongest = largest_of(received);
    const double everything = noise + (strongest > 0.0 ? order_free_sum(received, strongest, result.present) : 0.0);
    for (int i = 0; i < K; ++i) {
      if (!present(x, i)) {
        result.local[i] = result.execution[i] = 0.0;
        result.transmit[i] = std::numeric_limits<double>::infinity();
        continue;
      }
      const double s = x[5 * i], c = x[5 * i + 1], f = x[5 * i + 2], alpha = x[5 * i + 4];
      const double beta = 1.0 - alpha;
      const double rate = bandwidth * std::numbers::log2e * std::log1p(received[i] / everything);
      result.local[i] = alpha * c / f + beta * kappa * f * f * c;
      result.transmit[i] =
          rate > 0.0 ? (alpha + beta * transmit_power) * s / rate : std::numeric_limits<double>::infinity();
      result.execution[i] = (alpha + beta * idle_power) * c / x[5 * K];
    }
    return result;
  }

  /// The reference's distribution: s ~ N(2.5e5, 5e4) in (0, 5e5), c = 3000 s, f ~ N(5e8, 2e8) in (0, 1e9), h and alpha
  /// uniform; an instance in which any cost is 10 or more is drawn again. With more than 3 nodes the limit of the
  /// transmit cost grows as the interference does, by K / 3; where a thousand draws hold an outlier, the last is kept.
  template <class Generator>
  static Condition draw(Generator& rng) {
    Condition x;
    x[5 * K] = 2.5e9;
    for (int attempt = 0; attempt < 1000; ++attempt) {
      for (int i = 0; i < K; ++i) {
        x[5 * i] = draw_between(rng, 2.5e5, 5e4);
        x[5 * i + 1] = 3000.0 * x[5 * i];
        x[5 * i + 2] = draw_between(rng, 5e8, 2e8);
        x[5 * i + 3] = draw_uniform(rng);
        x[5 * i + 4] = draw_uniform(rng);
      }
      const OffloadingCosts<K> cost = costs(x);
      if (largest_of(cost.local) < 10.0 && largest_of(cost.transmit) < std::max(10.0, 10.0 * K / 3) &&
          largest_of(cost.execution) < 10.0) {
        break;
      }
    }
    return x;
  }

 protected:
  /// Whether a node could send its task.
  static bool linked(const Condition& x, int i) { return present(x, i) && x[5 * i + 3] > 0.0; }

 private:
  template <class Generator>
  static double draw_between(Generator& rng, double mean, double deviation) {
    double value = 0.0;
    do {
      value = mean + deviation * draw_normal(rng);
    } while (value <= 0.0 || value >= 2.0 * mean);
    return value;
  }
};

GDM_NAMESPACE_END
