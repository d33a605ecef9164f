// SPDX-License-Identifier: MIT
/// @file
/// @brief What a network sees of a cell: eight numbers a user and eight a pair of users.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <gdm/problems/beamforming/reception.hpp>

GDM_NAMESPACE_BEGIN

/// All follow from the Gram matrix G = H^H H (channels times sqrt(P)) and from c = 1/M with M users present: no phase of
/// a user and no rotation of the antennas changes them. B(c) = (I + c G)^-1 tells what is left of each channel by the
/// others: c G_ii / (1/B_ii - 1) is 1 for a user that is orthogonal to all.
///
/// Users are in canonical order, a lane each; numbers of pairs are rows of the first user with a lane for the second.
template <int N, int K>
struct CellFeatures {
  static constexpr int per_user = 8, per_pair = 8;
  static constexpr auto count = static_cast<std::size_t>(lanes::Row<K>::count);

  std::array<lanes::Row<K>, per_user> user;
  std::array<std::array<lanes::Row<K>, static_cast<std::size_t>(K)>, per_pair> pair;

  CellFeatures() = default;
  explicit CellFeatures(const Channels<N, K>& cell) {
    const double c = 1.0 / std::max(cell.users, 1);
    Level even(cell, c), strict(cell, 10.0 * c);
    lanes::Row<K> received, caused, correlated;
    for (int k = 0; k < cell.users; ++k) pairs_of(cell, k, even, strict, received, caused, correlated);
    transpose_interference(cell.users);
    double weights = 0;
    for (int k = 0; k < cell.users; ++k) weights += cell.weight[k];
    for (int k = 0; k < cell.users; ++k) {
      const double gain = cell.gain[k];
      user[0].set(k, bounded(std::log(gain / N)));
      user[1].set(k, bounded(std::log(even.left(k) / (c * gain))));
      user[2].set(k, bounded(std::log(strict.left(k) / (10.0 * c * gain))));
      user[3].set(k, bounded(std::log(even.wanted(k, c) / (1.0 + received[k]))));
      user[4].set(k, bounded(std::log1p(received[k])));
      user[5].set(k, bounded(std::log1p(caused[k])));
      user[6].set(k, correlated[k]);
      user[7].set(k, bounded(std::log(cell.weight[k] * cell.users / weights)));
    }
  }

 private:
  /// H^H (I + c H H^H)^-1 H = G B with B = I - c G B, and the squared lengths of RZF's directions.
  struct Level {
    std::array<lanes::Line<K>, static_cast<std::size_t>(K)> e;
    lanes::Row<K> squared_length;
    lanes::Row<K> rest;  // B_kk
    double c;

    Level(const Channels<N, K>& cell, double price) : c(price) {
      lanes::Row<K> lambda;
      for (int k = 0; k < cell.users; ++k) lambda.set(k, price);
      const RegularisedInverse<N, K> inverse(cell, lambda);
      inverse.received([&](int k, const lanes::Line<K>& column) { e[static_cast<std::size_t>(k)] = column; });
      squared_length = squared_lengths(inverse.directions(), cell.rank);
      for (int k = 0; k < cell.users; ++k) rest.set(k, std::clamp(1.0 - c * own(k), 1e-14, 1.0));
    }
    [[nodiscard]] double own(int k) const { return lanes::get(e[static_cast<std::size_t>(k)].re, k); }
    /// 1 / B_kk - 1
    [[nodiscard]] double left(int k) const { return c * own(k) / rest[k]; }
    /// Signal of user k with the share `power`.
    [[nodiscard]] double wanted(int k, double power) const {
      return power * own(k) * own(k) / std::max(squared_length[k], 1e-280);
    }
  };

  /// Far outside any network's experience, and finite.
  static double bounded(double u) { return u > -30.0 ? std::min(u, 30.0) : -30.0; }

  /// Numbers between user k and all others, of which two say what k's RZF beam causes at them.
  void pairs_of(const Channels<N, K>& cell, int k, const Level& even, const Level& strict, lanes::Row<K>& received,
                lanes::Row<K>& caused, lanes::Row<K>& correlated) {
    using lanes::Pack;
    const auto row = static_cast<std::size_t>(k);
    lanes::Line<K> g;
    for (int n = 0; n < cell.rank; ++n)
      lanes::add_multiple_of_conjugate(g, cell.rows.re(n, k), cell.rows.im(n, k), cell.rows[n]);
    const Pack gain = simd::broadcast(cell.gain[k]);
    const Pack rest = simd::broadcast(even.rest[k]), strict_rest = simd::broadcast(strict.rest[k]);
    const Pack per_length = simd::broadcast(even.c / std::max(even.squared_length[k], 1e-280));
    lanes::Row<K> interference, correlation;
    for (std::size_t p = 0; p < count; ++p) {
      const Pack safe_gain = cell.gain.pack[p] > 0.0 ? cell.gain.pack[p] : simd::broadcast(1.0);
      const Pack safe_rest = even.rest.pack[p] > 0.0 ? even.rest.pack[p] : simd::broadcast(1.0);
      const Pack safe_strict = strict.rest.pack[p] > 0.0 ? strict.rest.pack[p] : simd::broadcast(1.0);
      const lanes::Line<K>&e = even.e[row], &s = strict.e[row];
      const Pack c = simd::broadcast(even.c), strict_c = simd::broadcast(strict.c);
      const Pack g2 = simd::fma(g.re[p], g.re[p], g.im[p] * g.im[p]);
      const Pack e2 = simd::fma(e.re[p], e.re[p], e.im[p] * e.im[p]);
      const Pack s2 = simd::fma(s.re[p], s.re[p], s.im[p] * s.im[p]);
      const Pack gg = safe_gain * gain, bb = safe_rest * rest, ss = safe_strict * strict_rest;
      // Away from the diagonal B = -c G B.
      const Pack product = simd::fma(g.re[p], e.re[p], g.im[p] * e.im[p]) * -c;
      correlation.pack[p] = at_most_one(g2 / gg);
      const Pack strict_correlation = at_most_one(s2 * (strict_c * strict_c) / ss);
      interference.pack[p] = e2 * per_length;
      pair[0][row].pack[p] = correlation.pack[p] * 2.0;
      pair[1][row].pack[p] = at_most_one(e2 * (c * c) / bb) * 2.0;
      pair[2][row].pack[p] = strict_correlation * 2.0;
      pair[3][row].pack[p] = within_one(product / (simd::sqrt(gg) * simd::sqrt(bb))) * 2.0;
      const Pack log = simd::log(interference.pack[p] + 1.0);
      pair[5][row].pack[p] = (log < 4.0 ? log : simd::broadcast(4.0)) * 2.0;
      pair[6][row].pack[p] = root(correlation.pack[p]) * 0.8;
      pair[7][row].pack[p] = root(strict_correlation) * 0.8;
    }
    for (auto& number : pair) number[row].set(k, 0.0);
    interference.set(k, 0.0);
    correlation.set(k, 0.0);
    caused.set(k, interference.sum());
    correlated.set(k, correlation.sum());
    for (std::size_t p = 0; p < count; ++p) received.pack[p] += interference.pack[p];
  }

  /// What k causes at j is what j receives from k.
  void transpose_interference(int users) {
    for (int k = 0; k < users; ++k)
      for (int j = 0; j < users; ++j)
        pair[4][static_cast<std::size_t>(j)].set(k, pair[5][static_cast<std::size_t>(k)][j]);
  }

  static lanes::Pack at_most_one(const lanes::Pack& u) { return u < 1.0 ? u : simd::broadcast(1.0); }
  static lanes::Pack within_one(const lanes::Pack& u) {
    const lanes::Pack v = at_most_one(u);
    return v > -1.0 ? v : simd::broadcast(-1.0);
  }
  static lanes::Pack root(const lanes::Pack& u) {
    return u > 1e-280 ? simd::sqrt(u > 1e-280 ? u : simd::broadcast(1.0)) : lanes::Pack{};
  }
};

GDM_NAMESPACE_END
