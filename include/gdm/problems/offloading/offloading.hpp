// SPDX-License-Identifier: MIT
/// @file
/// @brief The subset problem inside computation offloading: costs of a set of nodes, its best shares, its relaxation.
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>
#include <cstddef>

#include <gdm/core/vector.hpp>
#include <gdm/optimum/order_free.hpp>
#include <gdm/optimum/short_sort.hpp>

GDM_NAMESPACE_BEGIN

/// Costs of each node: computing locally, sending the task, executing it with the whole server. A node that cannot
/// send has an infinite transmit cost; local and execution costs are positive and finite. An absent node costs nothing
/// and cannot send: its costs are 0, infinite and 0.
template <int K>
struct OffloadingCosts {
  Vector<K> local;
  Vector<K> transmit;
  Vector<K> execution;
  int present = K;  ///< number of nodes that take part; sums over nodes then have the bits of K = present

  /// What offloading node i saves before it shares the server: b_i = L_i - T_i.
  [[nodiscard]] double saving(int i) const { return local[i] - transmit[i]; }
  /// How much of the server it asks for: w_i = sqrt(E_i). With the best shares a set S costs (sum_S w_i)^2 to execute.
  [[nodiscard]] double weight(int i) const { return std::sqrt(execution[i]); }
  /// False if node i is better local whatever the others do. Taking i out of a set of weight W >= w_i changes the cost
  /// by b_i - 2 W w_i + w_i^2 <= b_i - w_i^2, which is not positive unless this holds.
  [[nodiscard]] bool worthwhile(int i) const { return saving(i) > execution[i]; }
};

/// A set of offloaded nodes.
template <int K>
using OffloadingSet = std::bitset<static_cast<std::size_t>(K)>;

/// Cost of the offloading set `set` with its best shares: sum_{i not in S} L_i + sum_{i in S} T_i +
/// (sum_{i in S} sqrt E_i)^2.
template <int K>
[[nodiscard]] double offloading_cost(const OffloadingCosts<K>& costs, const OffloadingSet<K>& set) {
  double sum = 0.0;
  double weight = 0.0;
  for (int i = 0; i < K; ++i) {
    const bool offloaded = set[static_cast<std::size_t>(i)];
    sum += offloaded ? costs.transmit[i] : costs.local[i];
    weight += offloaded ? costs.weight(i) : 0.0;
  }
  return sum + weight * weight;
}

/// Best server shares of the set: y_i = sqrt(E_i) / sum_{j in S} sqrt(E_j), by the inequality of Cauchy and Schwarz.
template <int K>
[[nodiscard]] Vector<K> square_root_shares(const OffloadingCosts<K>& costs, const OffloadingSet<K>& set) {
  Vector<K> y;
  for (int i = 0; i < K; ++i) {
    y[i] = set[static_cast<std::size_t>(i)] ? costs.weight(i) : 0.0;
  }
  const double largest = largest_of(y);
  return largest > 0.0 ? Vector<K>(y / order_free_sum(y, largest, std::max(costs.present, 1))) : y;
}

/// The worthwhile nodes by falling b_i / (2 w_i), the order in which the relaxation takes them. Equal ratios come by
/// weight, so that sums along this order do not depend on the order of the nodes in the condition.
template <int K>
struct OffloadingOrder {
  struct Node {
    double ratio;
    double weight;
    int index;
  };
  std::array<Node, static_cast<std::size_t>(K)> nodes{};
  int count = 0;

  explicit OffloadingOrder(const OffloadingCosts<K>& costs) {
    for (int i = 0; i < K; ++i) {
      if (costs.worthwhile(i)) {
        const double weight = costs.weight(i);
        nodes[static_cast<std::size_t>(count++)] = {costs.saving(i) / (2.0 * weight), weight, i};
      }
    }
    short_sort(nodes, static_cast<std::size_t>(count), [](const Node& a, const Node& b) {
      return a.ratio != b.ratio ? a.ratio > b.ratio : a.weight != b.weight ? a.weight < b.weight : a.index < b.index;
    });
  }
  [[nodiscard]] const Node* begin() const { return nodes.data(); }
  [[nodiscard]] const Node* end() const { return nodes.data() + count; }

  /// Server demand W of the continuous relaxation, which allows fractions of a node: nodes enter while their ratio
  /// exceeds the demand so far, the last one only up to its ratio. Zero if no node is worthwhile.
  [[nodiscard]] double relaxed_demand() const {
    double demand = 0.0;
    for (const Node& node : *this) {
      if (node.ratio <= demand) {
        break;
      }
      demand = std::min(demand + node.weight, node.ratio);
    }
    return demand;
  }
};

/// The cheaper of two roundings of the continuous relaxation: without the node that it splits, and with all of it. A few
/// operations a node, and within 1e-4 of the optimum on average. Exact if no node is split.
template <int K>
[[nodiscard]] OffloadingSet<K> rounded_relaxation(const OffloadingCosts<K>& costs) {
  OffloadingSet<K> set;
  double demand = 0.0;
  for (const auto& node : OffloadingOrder<K>(costs)) {
    const auto bit = static_cast<std::size_t>(node.index);
    if (node.ratio >= demand + node.weight) {
      set.set(bit);
      demand += node.weight;
    } else {
      // The split node, or none. Taking it saves b_i - (demand + w_i)^2 + demand^2 = 2 w_i (ratio_i - demand) - w_i^2.
      return 2.0 * (node.ratio - demand) > node.weight ? set.set(bit) : set;
    }
  }
  return set;
}

/// The best set that differs from `set` in one node, or in one that leaves for another that enters; `set` itself if none
/// of them is cheaper. All with their best shares.
template <int K>
[[nodiscard]] OffloadingSet<K> best_flip_or_swap(const OffloadingCosts<K>& costs, const OffloadingSet<K>& set) {
  const auto at = [](int i) { return static_cast<std::size_t>(i); };
  Vector<K> weight, saving;
  double demand = 0.0;
  for (int i = 0; i < K; ++i) {
    weight[i] = costs.weight(i);
    saving[i] = costs.saving(i);
    demand += set[at(i)] ? weight[i] : 0.0;
  }
  // With server demand W, nodes that bring weight v and saving b change the cost by v (2 W + v) - b.
  double best = 0.0;
  int leaves = -1, enters = -1;
  const auto consider = [&](int out, int in) {
    const double v = (in < 0 ? 0.0 : weight[in]) - (out < 0 ? 0.0 : weight[out]);
    const double b = (in < 0 ? 0.0 : saving[in]) - (out < 0 ? 0.0 : saving[out]);
    if (const double change = v * (2.0 * demand + v) - b; change < best) {
      best = change;
      leaves = out;
      enters = in;
    }
  };
  for (int i = 0; i < K; ++i) {
    if (set[at(i)]) {
      consider(i, -1);
    } else if (costs.worthwhile(i)) {
      consider(-1, i);
      for (int out = 0; out < K; ++out) {
        if (set[at(out)]) consider(out, i);
      }
    }
  }
  OffloadingSet<K> result = set;
  if (leaves >= 0) result.reset(at(leaves));
  if (enters >= 0) result.set(at(enters));
  return result;
}

GDM_NAMESPACE_END
