// SPDX-License-Identifier: MIT
/// @file
/// @brief Beams without iterations: matched filter, (regularised) zero-forcing, greedy selection of users.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <gdm/problems/beamforming/dual_beams.hpp>

GDM_NAMESPACE_BEGIN

/// Maximum ratio transmission: every beam along its channel, equal powers.
template <int N, int K>
[[nodiscard]] DualBeams<K> mrt(const Channels<N, K>& cell) {
  DualBeams<K> beams;
  for (int k = 0; k < cell.users; ++k) beams.amplitude.set(k, 1.0 / std::sqrt(cell.users * cell.gain[k]));
  return beams;
}

/// Regularised zero-forcing of all users: lambda and powers P/K each.
template <int N, int K>
[[nodiscard]] DualBeams<K> rzf(const Channels<N, K>& cell) {
  lanes::Row<K> each;
  for (int k = 0; k < cell.users; ++k) each.set(k, 1.0 / cell.users);
  return dual_beams(cell, each, each);
}

/// Zero-forcing of all users with equal powers, as the limit of large lambda; with more users than antennas it is only
/// the pseudo-inverse of that limit.
template <int N, int K>
[[nodiscard]] DualBeams<K> zero_forcing(const Channels<N, K>& cell) {
  lanes::Row<K> each, price;
  for (int k = 0; k < cell.users; ++k) {
    each.set(k, 1.0 / cell.users);
    price.set(k, 1e8 / cell.gain[k]);
  }
  return dual_beams(cell, price, each);
}

/// Powers p_k = max(0, level weight_k - floor_k) of sum 1: water-filling with weights. Users whose floor lies above the
/// water are dropped until none does; the level falls with each.
/// @param users  those that may get power, `count` of them
template <int K>
[[nodiscard]] lanes::Row<K> weighted_water_filling(const lanes::Row<K>& weight, const lanes::Row<K>& floor,
                                                   std::array<int, static_cast<std::size_t>(K)> users, int count) {
  double level = 0;
  for (int before = 0; before != count;) {
    double volume = 1, width = 0;
    for (int i = 0; i < count; ++i) {
      volume += floor[users[static_cast<std::size_t>(i)]];
      width += weight[users[static_cast<std::size_t>(i)]];
    }
    level = volume / width;
    before = count;
    count = 0;
    for (int i = 0; i < before; ++i) {
      const int k = users[static_cast<std::size_t>(i)];
      users[static_cast<std::size_t>(count)] = k;
      count += level * weight[k] > floor[k] ? 1 : 0;
    }
  }
  lanes::Row<K> power;
  double all = 0;
  for (int i = 0; i < count; ++i) {
    const int k = users[static_cast<std::size_t>(i)];
    power.set(k, level * weight[k] - floor[k]);
    all += power[k];
  }
  if (!(all > 0.0 && all < 1e280)) {  // floors so high that the water is lost in their rounding
    int best = users[0];
    for (int k = 0; k < K; ++k) best = floor[k] > 0.0 && floor[k] < floor[best] ? k : best;
    power = {};
    power.set(best, 1.0);
    return power;
  }
  for (auto& pack : power.pack) pack *= simd::broadcast(1.0 / all);
  return power;
}

/// Users in the order in which their channels add most: at each step the one with the largest weighted rate through
/// what of its channel is orthogonal to those before (pivoted Gram-Schmidt; Yoo and Goldsmith, IEEE J. Selected Areas
/// in Communications 24 (2006), without their limit on angles).
/// @param first  the user to begin with; -1: the one that the rule says
template <int N, int K>
[[nodiscard]] std::array<int, static_cast<std::size_t>(K)> greedy_order(const Channels<N, K>& cell, int first = -1) {
  std::array<int, static_cast<std::size_t>(K)> order{};
  auto rest = cell.rows;
  lanes::Row<K> weight = cell.weight;
  for (int chosen = 0; chosen < cell.rank; ++chosen) {
    const lanes::Row<K> square = squared_lengths(rest, cell.rank);
    int best = -1;
    double most = -1.0;
    for (std::size_t p = 0; p < square.pack.size(); ++p) {
      const lanes::Pack rate =
          simd::log(simd::fma(square.pack[p], simd::broadcast(1.0 / (chosen + 1)), simd::broadcast(1.0)));
      for (int i = 0; i < lanes::width; ++i) {
        const int k = static_cast<int>(p) * lanes::width + i;
        if (k < cell.users && weight[k] >= 0.0 && weight[k] * rate[i] > most) {
          most = weight[k] * rate[i];
          best = k;
        }
      }
    }
    if (chosen == 0 && first >= 0) best = first;
    order[static_cast<std::size_t>(chosen)] = best;
    weight.set(best, -1.0);
    // rest -= q q^H rest with q = rest_best / |rest_best|
    const double scale = square[best] > 0.0 ? 1.0 / square[best] : 0.0;
    lanes::Line<K> along;
    std::array<double, static_cast<std::size_t>(2 * Channels<N, K>::rank_limit)> q;
    for (int n = 0; n < cell.rank; ++n) {
      const double re = rest.re(n, best), im = rest.im(n, best);
      lanes::add_multiple(along, re, -im, rest[n]);
      q[static_cast<std::size_t>(2 * n)] = re * scale;
      q[static_cast<std::size_t>(2 * n + 1)] = im * scale;
    }
    for (int n = 0; n < cell.rank; ++n)
      lanes::add_multiple(rest[n], -q[static_cast<std::size_t>(2 * n)], -q[static_cast<std::size_t>(2 * n + 1)], along);
  }
  return order;
}

/// Greedy selection of users, then regularised zero-forcing of the best number of them, equal powers or water-filling
/// against the interference that these leave, whichever is better. No iterations: one factorisation for every number.
template <int N, int K>
[[nodiscard]] DualBeams<K> greedy_rzf(const Channels<N, K>& cell, int first = -1) {
  const auto order = greedy_order(cell, first);
  DualBeams<K> best;
  double most = -1.0;
  int worse = 0;
  for (int size = 1; size <= cell.rank && worse < 2; ++size) {
    lanes::Row<K> each;
    for (int i = 0; i < size; ++i) each.set(order[static_cast<std::size_t>(i)], 1.0 / size);
    const Directions<N, K> directions(cell, each);
    DualBeams<K> beams{each, directions.amplitudes(each)};
    const Reception<K> r = directions.reception(beams.amplitude);
    double rate = weighted_rate(cell.weight, r);
    lanes::Row<K> floor;
    for (std::size_t p = 0; p < floor.pack.size(); ++p)
      floor.pack[p] = each.pack[p] * r.unwanted.pack[p] / (r.wanted.pack[p] + 1e-280);
    const DualBeams<K> filled{each, directions.amplitudes(weighted_water_filling(cell.weight, floor, order, size))};
    const double filled_rate = weighted_rate(cell.weight, directions.reception(filled.amplitude));
    if (filled_rate > rate) {
      rate = filled_rate;
      beams = filled;
    }
    worse = rate > most ? 0 : worse + 1;
    if (rate > most) {
      most = rate;
      best = beams;
    }
  }
  return best;
}

GDM_NAMESPACE_END
