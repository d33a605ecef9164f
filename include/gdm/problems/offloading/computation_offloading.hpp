// SPDX-License-Identifier: MIT
/// @file
/// @brief Computation offloading: which nodes send their task to the edge server, and how they share it.
#pragma once

#include <limits>
#include <string_view>

#include <gdm/optimum/projection.hpp>
#include <gdm/problem/completion.hpp>
#include <gdm/problem/problem.hpp>
#include <gdm/problems/offloading/offloading_cell.hpp>
#include <gdm/problems/offloading/offloading_search.hpp>

GDM_NAMESPACE_BEGIN

template <class P>
struct Relaxation;
template <int K>
struct ComputationOffloadingDefaults;

/// Minimise the delay and energy of K nodes that compute their tasks or send them to one edge server (arXiv
/// 2411.00453, section IV): the sum of L_i over local nodes and of T_i + E_i / y_i over offloaded ones, for server
/// shares y_i >= 0 with sum y <= 1.
///
/// Condition: that of OffloadingCell, K nodes and the server.
/// Solution: the shares y_1..y_K, where 0 means local (so does anything below `smallest_share`).
///
/// No network is needed here: for ten nodes the exact branch and bound takes 0.2 us. The problem is in the library to
/// compare with the paper.
///
/// What the network sees: let b_i = L_i - T_i, w_i = sqrt(E_i), and let W be the server demand of the continuous
/// relaxation. The best set maximises sum_S d_i - (sum_S u_i - 1)^2 with u_i = w_i / W and
/// d_i = 2 u_i (b_i / (2 w_i W) - 1), so the u_i and d_i are the whole instance. A common factor on all costs changes
/// neither of them, and neither does a node that is never worth offloading.
/// Latent of a node: 1 = offloaded, -1 = local. Without completion its share is a second latent.
///
/// A node without a task (s = 0) is absent: it costs nothing, gets no share and does not interfere, and its other numbers
/// are not looked at. The others get the bits of the instance without it, in features and shares. All nodes may be
/// absent: then every share is 0, at a cost of 0.
template <int K, Completion Policy = ClosedFormCompletion>
struct ComputationOffloading : OffloadingCell<K> {
  using Cell = OffloadingCell<K>;
  static constexpr bool valid_size = K >= 1;
  static constexpr bool closed_form = std::same_as<Policy, ClosedFormCompletion>;

  using typename Cell::Condition;
  using Solution = Vector<K>;
  using Features = Vector<4 * K>;
  using Latent = Vector<(closed_form ? 1 : 2) * K>;
  static constexpr Sense sense = Sense::minimize;
  static constexpr std::string_view name = closed_form ? "computation_offloading" : "computation_offloading_shares";
  static constexpr TokenLayout tokens{
      .count = K, .features = 4, .latents = closed_form ? 1 : 2, .pooling = Pooling::sum};
  /// Whether a row of the latent is a yes or no by its sign: to offload or not.
  static constexpr bool decision_latent(int row) noexcept { return closed_form || row % 2 == 0; }
  using Defaults = ComputationOffloadingDefaults<K>;  ///< network and training, in gdm/problems/offloading/defaults.hpp
  template <int N>
  using Resized = ComputationOffloading<N, Policy>;
  using Cell::costs;

  static constexpr double smallest_share = 1e-200;  ///< a smaller share would make the cost overflow

  /// The costs of an instance, all that its objective, features, decoding and refining need of it.
  using Context = OffloadingCosts<K>;
  static Context context(const Condition& x) { return costs(x); }

  /// Total cost; `S` may be an automatic-differentiation type (the set of offloaded nodes is then held fixed).
  template <class S>
  static S objective(const Condition& x, const Eigen::Matrix<S, K, 1>& y) {
    return objective(x, y, costs(x));
  }
  template <class S>
  static S objective(const Condition&, const Eigen::Matrix<S, K, 1>& y, const Context& cost) {
    S sum = S(0.0);
    for (int i = 0; i < K; ++i) {
      if (y[i] >= smallest_share) {
        sum += cost.transmit[i] + cost.execution[i] / y[i];
      } else {
        sum += cost.local[i];
      }
    }
    return sum;
  }

  /// The nearest shares with sum at most 1; a node without a link or a task gets none.
  static Solution project(const Condition& x, const Solution& y) {
    Solution v;
    for (int i = 0; i < K; ++i) {
      v[i] = y[i] >= smallest_share && linked(x, i) ? std::min(y[i], std::numeric_limits<double>::max()) : 0.0;
    }
    return v.sum() > 1.0 ? shares(v) : v;
  }
  /// Relative to the whole server.
  static double violation(const Condition& x, const Solution& y) {
    double worst = y.sum() - 1.0;
    for (int i = 0; i < K; ++i) {
      worst = std::max(worst, linked(x, i) ? -y[i] : std::abs(y[i]));
    }
    return std::isnan(worst) || !y.allFinite() ? std::numeric_limits<double>::infinity() : std::max(worst, 0.0);
  }

  static Solution optimal(const Condition& x) {
    const OffloadingCosts<K> cost = costs(x);
    if constexpr (K <= 5) {
      return square_root_shares(cost, exhaustive_offloading(cost).set);
    } else {
      return square_root_shares(cost, branch_and_bound_offloading(cost).set);
    }
  }
  /// The relaxation rounded both ways, then the best flip or swap: the strongest cheap answer. None of 50,000 drawn
  /// instances of 3, 6 and 10 nodes was left with a gap.
  static Solution baseline(const Condition& x) {
    const OffloadingCosts<K> cost = costs(x);
    return square_root_shares(cost, best_flip_or_swap(cost, rounded_relaxation(cost)));
  }
  /// The relaxation that the features compute, rounded both ways and no more.
  static Solution rounded(const Condition& x) {
    const OffloadingCosts<K> cost = costs(x);
    return square_root_shares(cost, rounded_relaxation(cost));
  }
  /// Every node computes its own task: the paper's trivial answer.
  static Solution all_local(const Condition&) { return Solution::Zero(); }
  /// The best flip of a node or swap of two, with the best shares; `y` itself if that costs no less.
  static Solution refine(const Condition& x, const Solution& y) { return refine(x, y, costs(x)); }
  static Solution refine(const Condition& x, const Solution& y, const Context& cost) {
    OffloadingSet<K> set;
    for (int i = 0; i < K; ++i) {
      set[static_cast<std::size_t>(i)] = y[i] >= smallest_share;
    }
    const Solution next = square_root_shares(cost, best_flip_or_swap(cost, set));
    return objective(x, next, cost) < objective(x, y, cost) ? next : y;
  }
  static double bound(const Condition& x) { return offloading_bound(costs(x)); }

  /// Per node u_i in (0, 2]; d_i, linear near 0 and again on a finer scale; and the ratio b_i / (2 w_i) against W. All
  /// are bounded. A node that is never worth offloading looks like one of no weight and the least saving.
  static Features features(const Condition& x) { return features(x, costs(x)); }
  static Features features(const Condition&, const Context& cost) {
    const OffloadingOrder<K> order(cost);
    const double demand = order.relaxed_demand();
    Features f;
    for (int i = 0; i < K; ++i) {
      f.template segment<4>(4 * i) << 0.0, -1.0, -1.0, -1.0;
    }
    for (const auto& node : order) {
      const double u = node.weight / demand;
      const double d = 2.0 * u * (node.ratio / demand - 1.0);
      f.template segment<4>(4 * node.index) << u, std::min(d, 3.0), d > 1e6 ? 1.0 : d / (0.1 + std::abs(d)),
          (node.ratio - demand) / (node.ratio + demand);
    }
    return f;
  }

  static Latent encode(const Condition&, const Solution& y) {
    Latent z;
    for (int i = 0; i < K; ++i) {
      const double decision = y[i] >= smallest_share ? 1.0 : -1.0;
      if constexpr (closed_form) {
        z[i] = decision;
      } else {
        z.template segment<2>(2 * i) << decision, y[i];
      }
    }
    return z;
  }

  /// Offloads the nodes with a positive decision. With completion, those that are provably better local stay local
  /// (OffloadingCosts::worthwhile) and the others get their best shares; without, their sampled shares are projected,
  /// and a share of 0 leaves a node local.
  static Solution decode(const Condition& x, const Latent& z) { return decode(x, z, costs(x)); }
  static Solution decode(const Condition& x, const Latent& z, const Context& cost) {
    if constexpr (closed_form) {
      OffloadingSet<K> set;
      for (int i = 0; i < K; ++i) {
        set[static_cast<std::size_t>(i)] = z[i] > 0.0 && cost.worthwhile(i);
      }
      return square_root_shares(cost, set);
    } else {
      Solution y;
      for (int i = 0; i < K; ++i) {
        y[i] =
            z[2 * i] > 0.0 && linked(x, i) ? std::max(-1e300, z[2 * i + 1]) : -std::numeric_limits<double>::infinity();
      }
      return largest_of(y) > -std::numeric_limits<double>::infinity() ? shares(y) : Solution(Solution::Zero());
    }
  }

 private:
  using Cell::linked;

  /// Shares with sum 1, without those too small to count.
  static Solution shares(const Solution& y) {
    const Solution v = project_simplex(y, 1.0);
    return (v.array() >= smallest_share).select(v, 0.0);
  }
};

template <int K, Completion Policy>
struct Relaxation<ComputationOffloading<K, Policy>>;  // gdm/problems/offloading/relaxation.hpp

using CoProblem = ComputationOffloading<3>;  ///< 3 nodes

GDM_NAMESPACE_END
