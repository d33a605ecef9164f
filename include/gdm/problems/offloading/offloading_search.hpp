// SPDX-License-Identifier: MIT
/// @file
/// @brief Exact offloading sets, by trying all and by branch and bound, and a lower bound on their cost.
#pragma once

#include <limits>

#include <gdm/problems/offloading/offloading.hpp>

GDM_NAMESPACE_BEGIN

/// A set, what it costs, and a proof of what no set can undercut.
template <int K>
struct OffloadingResult {
  OffloadingSet<K> set;
  double cost = std::numeric_limits<double>::infinity();
  double bound = 0.0;  ///< no set costs less, up to a relative rounding error of 1e-13
};

/// The cheapest of all 2^K sets.
template <int K>
requires(K <= 24) [[nodiscard]] OffloadingResult<K> exhaustive_offloading(const OffloadingCosts<K>& costs) {
  OffloadingResult<K> best;
  for (unsigned long mask = 0; mask < (1UL << K); ++mask) {
    const OffloadingSet<K> set(mask);
    if (const double cost = offloading_cost(costs, set); cost < best.cost) {
      best = {set, cost, cost};
    }
  }
  return best;
}

namespace detail {

/// Branch and bound over the node that the relaxation splits.
///
/// With node i taken to the fraction x_i, the cost sum (1 - x_i) L_i + x_i T_i + (sum x_i w_i)^2 is convex, and its
/// minimum is reached greedily (see OffloadingOrder). It leaves at most one node split, on which to branch; rounding it
/// both ways gives two sets to try. If b_i >= b_j and w_i <= w_j, exchanging j for i never costs more, so only sets
/// that hold i whenever they hold j are searched: without this, K equal nodes would take binomially many steps.
template <int K>
class OffloadingSearch {
 public:
  explicit OffloadingSearch(const OffloadingCosts<K>& costs) : costs_(costs), order_(costs) {
    OffloadingSet<K> worthwhile;
    for (const auto& node : order_) {
      worthwhile.set(at(node.index));
    }
    for (int i = 0; i < K; ++i) {
      constant_ += worthwhile[at(i)] ? 0.0 : costs.local[i];
    }
    for (const auto& a : order_) {
      for (const auto& b : order_) {
        const double saved = costs.saving(a.index) - costs.saving(b.index);
        const bool equal = saved == 0.0 && a.weight == b.weight;
        if (equal ? a.index < b.index : saved >= 0.0 && a.weight <= b.weight) {
          worse_[at(a.index)].set(at(b.index));
          better_[at(b.index)].set(at(a.index));
        }
      }
    }
  }

  /// @param depth how many decisions may be fixed; with K the result is exact, with fewer only its bound is.
  OffloadingResult<K> run(int depth) {
    open_ = std::numeric_limits<double>::infinity();
    branch({}, {}, depth);
    best_.bound = std::min(best_.cost, open_);
    return best_;
  }

 private:
  static constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

  void consider(const OffloadingSet<K>& set, double cost) {
    if (cost < best_.cost) {
      best_.set = set;
      best_.cost = cost;
    }
  }

  /// `in` and `out` are decided; both are closed under dominance.
  void branch(const OffloadingSet<K>& in, const OffloadingSet<K>& out, int depth) {
    double demand = 0.0;
    for (const auto& node : order_) {
      demand += in[at(node.index)] ? node.weight : 0.0;
    }
    OffloadingSet<K> taken = in;
    const typename OffloadingOrder<K>::Node* split = nullptr;
    double cost = constant_;  // without the split node and without execution
    for (const auto& node : order_) {
      const std::size_t i = at(node.index);
      if (!in[i] && !out[i] && split == nullptr && node.ratio > demand) {
        if (node.ratio >= demand + node.weight) {
          demand += node.weight;
          taken.set(i);
        } else {
          split = &node;
          continue;
        }
      }
      cost += taken[i] ? costs_.transmit[node.index] : costs_.local[node.index];
    }
    if (split == nullptr) {
      consider(taken, cost + demand * demand);
      return;
    }
    const std::size_t i = at(split->index);
    const double without = cost + costs_.local[split->index] + demand * demand;
    const double whole = demand + split->weight;
    OffloadingSet<K> with = taken;
    consider(taken, without);
    consider(with.set(i), cost + costs_.transmit[split->index] + whole * whole);
    const double saved = split->ratio - demand;  // the fraction times the weight
    const double relaxed = without - saved * saved;
    if (relaxed >= best_.cost * (1.0 - 1e-14)) {
      return;
    }
    if (depth == 0) {
      open_ = std::min(open_, relaxed);
      return;
    }
    OffloadingSet<K> bit;
    bit.set(i);
    if (saved > 0.5 * split->weight) {
      branch(in | better_[i] | bit, out, depth - 1);
      branch(in, out | worse_[i] | bit, depth - 1);
    } else {
      branch(in, out | worse_[i] | bit, depth - 1);
      branch(in | better_[i] | bit, out, depth - 1);
    }
  }

  const OffloadingCosts<K>& costs_;
  OffloadingOrder<K> order_;
  std::array<OffloadingSet<K>, static_cast<std::size_t>(K)> worse_, better_;  // dominated by i, dominating i
  double constant_ = 0.0;                                                     // cost of the nodes that stay local
  double open_ = 0.0;
  OffloadingResult<K> best_;
};

}  // namespace detail

/// The cheapest set, by branch and bound; exact to a relative 1e-14 of its cost. Some tens of steps on random
/// instances; exponential in K at worst, since the problem holds subset sum.
template <int K>
[[nodiscard]] OffloadingResult<K> branch_and_bound_offloading(const OffloadingCosts<K>& costs) {
  return detail::OffloadingSearch<K>(costs).run(K);
}

/// A lower bound on the cost of every set, at most 2^`depth` relaxations away from the plain convex one.
template <int K>
[[nodiscard]] double offloading_bound(const OffloadingCosts<K>& costs, int depth = 4) {
  return detail::OffloadingSearch<K>(costs).run(depth).bound * (1.0 - 1e-13);
}

GDM_NAMESPACE_END
