// SPDX-License-Identifier: MIT
/// @file
/// @brief The channels of the users that take part, in an order of their own and as few dimensions as they span.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <gdm/core/vector.hpp>
#include <gdm/optimum/short_sort.hpp>
#include <gdm/problems/beamforming/complex_lanes.hpp>

GDM_NAMESPACE_BEGIN

/// One cell, prepared once an instance for all that is computed from it.
///
/// Users whose channel is zero, or whose weight is, are left out. The others stand in canonical order (weakest channel
/// first), so that what is computed has the same bits whatever the order of the condition's users and however many are
/// absent. Channels are multiplied by sqrt(P): all beams together then have the power 1.
///
/// Beams live in the span of the channels. With fewer users than antennas, H = Q R (Gram-Schmidt, every column twice)
/// and users see the channels of R on as many virtual antennas as there are users: the algebra is K x K, not N x N.
template <int N, int K>
struct Channels {
  static constexpr int rank_limit = std::min(N, K);
  /// Squared channels of less than this (1/W) are no channel: their squares would leave the range of a double.
  static constexpr double least_gain = 1e-60;

  int users = 0;                                        ///< that take part
  int rank = 0;                                         ///< virtual antennas: the smaller one of users and antennas
  bool reduced = false;                                 ///< whether `basis` is needed: fewer users than antennas
  double power = 0;                                     ///< total power, W
  double root_power = 0;                                ///< its square root
  double weight_unit = 1;                               ///< the largest weight
  std::array<int, static_cast<std::size_t>(K)> user{};  ///< number in the condition, those who take part first
  lanes::Row<K> weight;                                 ///< relative to the largest
  lanes::Row<K> gain;                                   ///< P |h|^2
  lanes::Matrix<N, K> antennas;                         ///< a row an antenna, a lane a user
  lanes::Matrix<rank_limit, K> rows;                    ///< a row a virtual antenna, a lane a user
  lanes::Matrix<K, rank_limit> columns;                 ///< a row a user, a lane a virtual antenna
  lanes::Matrix<rank_limit, N> basis;                   ///< Q: a row a virtual antenna, a lane an antenna

  /// Whether a signal may be so far above the noise that differences of received powers lose digits.
  [[nodiscard]] bool strong() const { return users > 0 && gain[users - 1] > 1e6; }

  Channels() = default;
  /// From a condition of `Beamforming<N, K>`.
  explicit Channels(const Vector<2 * N * K + K + 1>& x)
      : power(x[2 * N * K + K]), root_power(std::sqrt(std::max(x[2 * N * K + K], 0.0))) {
    std::array<double, static_cast<std::size_t>(K)> square{};
    order(x, square);
    weight_unit = 0;
    for (int k = 0; k < users; ++k) weight_unit = std::max(weight_unit, x[2 * N * K + user[std::size_t(k)]]);
    for (int k = 0; k < users; ++k) {
      const int from = user[static_cast<std::size_t>(k)];
      weight.set(k, x[2 * N * K + from] / weight_unit);
      gain.set(k, square[static_cast<std::size_t>(from)] * power);
      for (int n = 0; n < N; ++n)
        antennas.set(n, k, x[2 * (from * N + n)] * root_power, x[2 * (from * N + n) + 1] * root_power);
    }
    reduce();
  }

  /// Squared length of a user's channel, 1/W.
  static double squared_length(const Vector<2 * N * K + K + 1>& x, int k) {
    double sum = 0;
    for (int i = 0; i < 2 * N; ++i) sum = std::fma(x[2 * N * k + i], x[2 * N * k + i], sum);
    return sum;
  }
  static bool present(const Vector<2 * N * K + K + 1>& x, int k) {
    return x[2 * N * K + k] > 0.0 && squared_length(x, k) >= least_gain;
  }

 private:
  void order(const Vector<2 * N * K + K + 1>& x, std::array<double, static_cast<std::size_t>(K)>& square) {
    int last = K;
    for (int k = 0; k < K; ++k) {
      square[static_cast<std::size_t>(k)] = squared_length(x, k);
      const bool takes_part = x[2 * N * K + k] > 0.0 && square[static_cast<std::size_t>(k)] >= least_gain;
      user[static_cast<std::size_t>(takes_part ? users++ : --last)] = k;
    }
    short_sort(user, static_cast<std::size_t>(users), [&](int a, int b) {
      const double u = square[static_cast<std::size_t>(a)], v = square[static_cast<std::size_t>(b)];
      if (u != v) return u < v;
      for (int i = 0; i < 2 * N; ++i)
        if (x[2 * N * a + i] != x[2 * N * b + i]) return x[2 * N * a + i] < x[2 * N * b + i];
      return x[2 * N * K + a] < x[2 * N * K + b];
    });
  }

  void reduce() {
    rank = std::min(N, users);
    reduced = users < N;
    if (!reduced) {
      for (int n = 0; n < rank; ++n)
        for (std::size_t p = 0; p < rows[0].re.size(); ++p) {
          rows[n].re[p] = antennas[n].re[p];
          rows[n].im[p] = antennas[n].im[p];
        }
    } else {
      for (int k = 0; k < users; ++k) orthogonalise(k);
    }
    for (int k = 0; k < users; ++k)
      for (int n = 0; n < rank; ++n) columns.set(k, n, rows.re(n, k), rows.im(n, k));
  }

  /// The part of user k's channel that is orthogonal to those before becomes direction k.
  void orthogonalise(int k) {
    lanes::Line<N> v;
    for (int n = 0; n < N; ++n) {
      lanes::set(v.re, n, antennas.re(n, k));
      lanes::set(v.im, n, antennas.im(n, k));
    }
    for (int pass = 0; pass < 2; ++pass)
      for (int j = 0; j < k; ++j) {
        const auto [re, im] = inner(basis[j], v);
        rows.set(j, k, rows.re(j, k) + re, rows.im(j, k) + im);
        lanes::add_multiple(v, -re, -im, basis[j]);
      }
    const double length = std::sqrt(inner(v, v)[0]);
    if (length > 1e-12 * std::sqrt(gain[k])) {  // else the channel is one of those before but for rounding
      rows.set(k, k, length, 0.0);
      const lanes::Pack scale = simd::broadcast(1.0 / length);
      for (std::size_t p = 0; p < v.re.size(); ++p) {
        basis[k].re[p] = v.re[p] * scale;
        basis[k].im[p] = v.im[p] * scale;
      }
    }
  }

  /// u^H v
  static std::array<double, 2> inner(const lanes::Line<N>& u, const lanes::Line<N>& v) {
    lanes::Pack re{}, im{};
    for (std::size_t p = 0; p < u.re.size(); ++p) {
      re = simd::fma(u.im[p], v.im[p], simd::fma(u.re[p], v.re[p], re));
      im = simd::fma(-u.im[p], v.re[p], simd::fma(u.re[p], v.im[p], im));
    }
    return {lanes::sum(re), lanes::sum(im)};
  }
};

GDM_NAMESPACE_END
