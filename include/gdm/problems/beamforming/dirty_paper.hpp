// SPDX-License-Identifier: MIT
/// @file
/// @brief An upper bound of what any beams reach: the weighted sum capacity of the broadcast channel.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include <gdm/optimum/short_sort.hpp>
#include <gdm/problems/beamforming/heuristics.hpp>

GDM_NAMESPACE_BEGIN

namespace detail {

/// With the users sorted by falling weight a_1 >= a_2 >= .., dirty paper coding reaches, by duality with the multiple
/// access channel (Vishwanath, Jindal and Goldsmith, IEEE Trans. Information Theory 49 (2003)),
///     max_q f(q), f(q) = sum_i (a_i - a_{i+1}) log det(I + sum_{j <= i} q_j h_j h_j^H), q >= 0, sum q = P.
/// f is concave, so f(q) + P max_k f_k - sum_k q_k f_k bounds it for every q, with the partial derivatives f_k.
template <int N, int K>
class DirtyPaper {
 public:
  explicit DirtyPaper(const Channels<N, K>& cell) : cell_(cell) {
    for (int k = 0; k < cell.users; ++k) order_[static_cast<std::size_t>(k)] = k;
    short_sort(order_, static_cast<std::size_t>(cell.users),
               [&](int a, int b) { return cell.weight[a] > cell.weight[b]; });
  }

  struct Value {
    double value = 0;
    lanes::Row<K> slope;
  };

  [[nodiscard]] Value at(const lanes::Row<K>& q) const {
    Value result;
    lanes::Row<K> included, mask;
    for (int i = 0; i < cell_.users; ++i) {
      const int k = order_[static_cast<std::size_t>(i)];
      included.set(k, q[k]);
      mask.set(k, 1.0);
      const double next = i + 1 < cell_.users ? cell_.weight[order_[static_cast<std::size_t>(i) + 1]] : 0.0;
      const double level = cell_.weight[k] - next;
      if (level <= 0.0) continue;  // equal weights: one determinant for all of them
      const RegularisedInverse<N, K> inverse(cell_, included);
      result.value += level * inverse.log_determinant();
      const lanes::Row<K> forms = inverse.quadratic_forms();
      for (std::size_t p = 0; p < forms.pack.size(); ++p)
        result.slope.pack[p] = simd::fma(forms.pack[p] * mask.pack[p], simd::broadcast(level), result.slope.pack[p]);
    }
    return result;
  }

  [[nodiscard]] double dual_gap(const Value& v, const lanes::Row<K>& q) const {
    double most = 0, spent = 0;
    for (int k = 0; k < cell_.users; ++k) {
      most = std::max(most, v.slope[k]);
      spent = std::fma(q[k], v.slope[k], spent);
    }
    return std::max(most - spent, 0.0);
  }

  /// Iterative water-filling (Jindal et al., IEEE Trans. Information Theory 51 (2005)): every user fills against the
  /// others as they are, where a_k log(1 + q_k gamma_k) has the slope f_k.
  [[nodiscard]] lanes::Row<K> filled(const Value& v, const lanes::Row<K>& q) const {
    lanes::Row<K> floor;
    for (int k = 0; k < cell_.users; ++k)
      floor.set(k, std::max(cell_.weight[k] - q[k] * v.slope[k], 1e-16) / std::max(v.slope[k], 1e-280));
    return weighted_water_filling(cell_.weight, floor, order_, cell_.users);
  }

 private:
  const Channels<N, K>& cell_;
  std::array<int, static_cast<std::size_t>(K)> order_{};  // by falling weight
};

}  // namespace detail

/// An upper bound of the weighted rate of any beams, in nat and units of the largest weight: valid however early the
/// iterations end, and within `tolerance` of the capacity if they do not end early. With a signal of more than 80 dB it
/// is only the sum of what each user would reach alone.
template <int N, int K>
[[nodiscard]] double dirty_paper_bound(const Channels<N, K>& cell, double tolerance = 1e-6, int steps = 200) {
  const detail::DirtyPaper<N, K> capacity(cell);
  lanes::Row<K> q;
  for (int k = 0; k < cell.users; ++k) q.set(k, 1.0 / cell.users);
  auto here = capacity.at(q);
  double bound = 0;  // users alone in the cell
  for (int k = 0; k < cell.users; ++k) bound += cell.weight[k] * std::log1p(cell.gain[k]);
  if (cell.users == 0 || cell.gain[cell.users - 1] > 1e8)
    return bound;  // beside such a signal rounding hides the noise of the others
  for (int step = 0; step < steps; ++step) {
    const double gap = capacity.dual_gap(here, q);
    bound = std::min(bound, here.value + gap);
    if (!(gap > tolerance * here.value)) break;
    const lanes::Row<K> target = capacity.filled(here, q);
    bool raised = false;
    for (double share = 1.0; share > 0.01 && !raised; share *= 0.5) {  // all users at once may overshoot
      lanes::Row<K> trial;
      for (std::size_t p = 0; p < q.pack.size(); ++p)
        trial.pack[p] = simd::fma(target.pack[p] - q.pack[p], simd::broadcast(share), q.pack[p]);
      const auto there = capacity.at(trial);
      raised = there.value > here.value;
      if (raised) {
        q = trial;
        here = there;
      }
    }
    if (!raised) break;
  }
  return bound;
}

GDM_NAMESPACE_END
