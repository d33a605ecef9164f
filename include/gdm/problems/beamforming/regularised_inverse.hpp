// SPDX-License-Identifier: MIT
/// @file
/// @brief The directions (I + sum_j lambda_j h_j h_j^H)^-1 h_k of all users, and what every user receives of them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <gdm/problems/beamforming/channels.hpp>

GDM_NAMESPACE_BEGIN

/// A = I + H diag(lambda) H^H = L D L^H, factored together with X = L^-1 H.
///
/// All pivots are at least 1, since A is no less than the identity: rounding may not push them below, so that channels
/// of any strength have a factorisation.
template <int N, int K>
class RegularisedInverse {
  using Cell = Channels<N, K>;
  static constexpr int R = Cell::rank_limit;
  static constexpr int row_packs = lanes::packs(R);

 public:
  using Users = lanes::Row<K>;
  using Beams = lanes::Matrix<R, K>;  ///< a row a virtual antenna, a lane a user

  RegularisedInverse(const Cell& cell, const Users& lambda) : cell_(cell), x_(cell.rows) {
    build(lambda);
    factor();
  }

  /// Calls `take(k, e)` with the column e = H^H A^-1 h_k: what the users receive of the direction of user k.
  template <class Take>
  [[gnu::always_inline]] void received(const Take& take) const {
    constexpr int block = K >= 4 ? 4 : (K >= 2 ? 2 : 1);
    constexpr auto count = static_cast<std::size_t>(Users::count);
    constexpr std::size_t in_flight = count <= 1 ? block : (count <= 2 ? std::min(block, 2) : 1);
    for (int first = 0; first < cell_.users; first += static_cast<int>(in_flight)) {
      std::array<lanes::Line<K>, in_flight> e{};
      for (int n = 0; n < cell_.rank; ++n) {
        GDM_UNROLL
        for (std::size_t b = 0; b < in_flight; ++b) {
          const int k = first + static_cast<int>(b);
          lanes::add_multiple_of_conjugate(e[b], scaled_.re(n, k), scaled_.im(n, k), x_[n]);
        }
      }
      GDM_UNROLL
      for (std::size_t b = 0; b < in_flight; ++b) {
        const int k = first + static_cast<int>(b);
        if (k < cell_.users) take(k, e[b]);
      }
    }
  }

  /// A^-1 H, the directions themselves.
  [[nodiscard]] Beams directions() const {
    Beams v = scaled_;
    if constexpr (R == 1) return v;  // g++ 12 sees the loops reach further
    for (int n = cell_.rank - 1; n >= 0; --n)
      for (int i = n + 1; i < cell_.rank; ++i) lanes::add_multiple(v[n], -a_.re(n, i), a_.im(n, i), v[i]);
    return v;
  }

  /// h_k^H A^-1 h_k of every user.
  [[nodiscard]] Users quadratic_forms() const {
    Users sum;
    for (int n = 0; n < cell_.rank; ++n)
      for (std::size_t p = 0; p < sum.pack.size(); ++p)
        sum.pack[p] = simd::fma(x_[n].re[p], scaled_[n].re[p], simd::fma(x_[n].im[p], scaled_[n].im[p], sum.pack[p]));
    return sum;
  }
  /// log det A
  [[nodiscard]] double log_determinant() const {
    double sum = 0;
    for (int n = 0; n < cell_.rank; ++n) sum += std::log1p(excess_[static_cast<std::size_t>(n)]);
    return sum;
  }

 private:
  /// The lower triangle of A - I: row j of `a_` holds column j.
  void build(const Users& lambda) {
    Beams scaled;  // H diag(lambda)
    for (int n = 0; n < cell_.rank; ++n)
      for (std::size_t p = 0; p < lambda.pack.size(); ++p) {
        scaled[n].re[p] = cell_.rows[n].re[p] * lambda.pack[p];
        scaled[n].im[p] = cell_.rows[n].im[p] * lambda.pack[p];
      }
    constexpr int block = row_packs <= 1 ? std::min(R, 4) : std::min(R, 2);
    for (int first = 0; first < cell_.rank; first += block) {
      std::array<lanes::Line<R>, static_cast<std::size_t>(block)> sum{};
      for (int k = 0; k < cell_.users; ++k) {
        GDM_UNROLL
        for (int b = 0; b < block; ++b) {
          const int j = std::min(first + b, R - 1);
          lanes::add_multiple(sum[static_cast<std::size_t>(b)], scaled.re(j, k), -scaled.im(j, k), cell_.columns[k]);
        }
      }
      for (int b = 0; b < block && first + b < cell_.rank; ++b) a_[first + b] = sum[static_cast<std::size_t>(b)];
    }
  }

  /// A = L D L^H in place (row j of `a_` becomes column j of L), with X = L^-1 H beside it.
  void factor() {
    for (int j = 0; j < cell_.rank; ++j) {
      const double excess = std::max(a_.re(j, j), 0.0);
      const double inverse = 1.0 / (1.0 + excess);
      excess_[static_cast<std::size_t>(j)] = excess;
      auto column = a_[j];
      for (std::size_t p = 0; p < column.re.size(); ++p) {
        column.re[p] *= simd::broadcast(inverse);
        column.im[p] *= simd::broadcast(inverse);
      }
      for (int i = j + 1; i < cell_.rank; ++i) {
        const double re = lanes::get(column.re, i);
        const double im = lanes::get(column.im, i);
        lanes::add_multiple(a_[i], -re, im, a_[j]);
        lanes::add_multiple(x_[i], -re, -im, x_[j]);
      }
      a_[j] = column;
      for (std::size_t p = 0; p < scaled_[j].re.size(); ++p) {
        scaled_[j].re[p] = x_[j].re[p] * simd::broadcast(inverse);
        scaled_[j].im[p] = x_[j].im[p] * simd::broadcast(inverse);
      }
    }
  }

  const Cell& cell_;
  std::array<double, static_cast<std::size_t>(R)> excess_;  // of the pivots over 1
  lanes::Matrix<R, R> a_;
  Beams x_;       // L^-1 H
  Beams scaled_;  // D^-1 L^-1 H
};

GDM_NAMESPACE_END
