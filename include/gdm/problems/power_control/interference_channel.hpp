// SPDX-License-Identifier: MIT
/// @file
/// @brief The K-user interference channel in shares of the power limits, without the links that cannot carry anything.
#pragma once

#include <array>
#include <cstddef>
#include <numbers>

#include <gdm/core/simd_math.hpp>
#include <gdm/core/vector.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// log(1 + x) for x >= 0 of every lane, to 2e-16 relative: what 1 + x loses of x is put back.
[[gnu::always_inline]] inline simd::Pack<double> log1p(const simd::Pack<double>& x) noexcept {
  const simd::Pack<double> u = 1.0 + x;
  return simd::log(u) + (x - (u - 1.0)) / u;
}

}  // namespace detail

/// K links i, each a transmitter and its receiver, in normal form: with the shares s_j = p_j / P_j of the power limits
/// and the gains G_ij = g_ij P_j, the signal-to-interference-and-noise ratio is G_ii s_i / (1 + sum_{j != i} G_ij s_j).
/// The links that are present come first, in their own order; nothing that is computed from them depends on K.
template <int K>
struct InterferenceChannel {
  static constexpr int lanes = simd::lanes<double>;
  static constexpr int registers = simd::padded<double>(K) / lanes;
  static constexpr int rows = registers * lanes;
  using Register = simd::Pack<double>;
  using Registers = std::array<Register, static_cast<std::size_t>(registers)>;
  /// A number for each present link, then zeros.
  using Column = Eigen::Array<double, rows, 1>;

  int present = 0;                 ///< number n of links that are present
  std::array<int, K> link{};       ///< their numbers in the condition
  Column limit, own, weight;       ///< P_i in W, G_ii, and a_i
  Column worth;                    ///< a_i G_ii
  std::array<Column, K> causes;    ///< element i of column j: G_ij for i != j, what transmitter j causes at receiver i
  std::array<Column, K> received;  ///< element i of column j: G_ji for i != j, the gain to receiver j of transmitter i

  InterferenceChannel() = default;

  /// @param x  gains row by row, weights, limits: see PowerControl
  explicit InterferenceChannel(const Vector<K * K + 2 * K>& x) {
    for (int i = 0; i < K; ++i) {
      if (carries(x, i)) link[static_cast<std::size_t>(present++)] = i;
    }
    limit.setZero();
    weight.setZero();
    own.setZero();
    for (int i = 0; i < present; ++i) {
      const int a = link[static_cast<std::size_t>(i)];
      limit[i] = x[K * K + K + a];
      weight[i] = x[K * K + a];
      own[i] = x[(K + 1) * a] * limit[i];
    }
    worth = weight * own;
    for (int j = 0; j < present; ++j) {
      Column& column = causes[static_cast<std::size_t>(j)];
      column.setZero();
      received[static_cast<std::size_t>(j)].setZero();
      const int b = link[static_cast<std::size_t>(j)];
      for (int i = 0; i < present; ++i) {
        if (i != j) column[i] = x[K * link[static_cast<std::size_t>(i)] + b] * limit[j];
      }
    }
    for (int j = 0; j < present; ++j) {
      for (int i = 0; i < present; ++i) {
        received[static_cast<std::size_t>(j)][i] = causes[static_cast<std::size_t>(i)][j];
      }
    }
  }

  /// Whether link i has a gain, a weight and a power: else it can add nothing, and is absent.
  static bool carries(const Vector<K * K + 2 * K>& x, int i) {
    return x[(K + 1) * i] > 0.0 && x[K * K + i] > 0.0 && x[K * K + K + i] > 0.0;
  }

  /// G_ij, the gain to receiver i of transmitter j.
  [[nodiscard]] double gain(int i, int j) const { return i == j ? own[i] : causes[static_cast<std::size_t>(j)][i]; }

  /// Powers in W in the order of the condition; absent links get 0.
  [[nodiscard]] Vector<K> powers(const Column& shares) const {
    Vector<K> p = Vector<K>::Zero();
    for (int i = 0; i < present; ++i) p[link[static_cast<std::size_t>(i)]] = shares[i] * limit[i];
    return p;
  }
  /// The shares of powers in W.
  [[nodiscard]] Column shares(const Vector<K>& p) const {
    Column s = Column::Zero();
    for (int i = 0; i < present; ++i) s[i] = p[link[static_cast<std::size_t>(i)]] / limit[i];
    return s;
  }

  /// start + sum_j columns[j] * factor[j]; two running sums, since each addition waits for the one before.
  [[nodiscard]] Registers weighted_sum(const std::array<Column, K>& columns, const double* factor,
                                       const Registers& start) const noexcept {
    Registers even = start, odd{};
    int j = 0;
    for (; j + 1 < present; j += 2) {
      add(even, columns[static_cast<std::size_t>(j)], factor[j]);
      add(odd, columns[static_cast<std::size_t>(j + 1)], factor[j + 1]);
    }
    if (j < present) add(even, columns[static_cast<std::size_t>(j)], factor[j]);
    GDM_UNROLL
    for (int r = 0; r < registers; ++r) even[static_cast<std::size_t>(r)] += odd[static_cast<std::size_t>(r)];
    return even;
  }

  /// 1 + sum_{j != i} G_ij s_j: interference and noise over the noise.
  [[nodiscard]] Registers interference(const double* shares) const noexcept {
    Registers noise;
    for (Register& r : noise) r = simd::broadcast(1.0);
    return weighted_sum(causes, shares, noise);
  }

  /// sum_i a_i log2(1 + SINR_i) in bit/s/Hz, added link after link.
  [[nodiscard]] double rate(const Column& shares) const noexcept {
    const Registers denominator = interference(shares.data());
    Column rates;
    GDM_UNROLL
    for (int r = 0; r < registers; ++r) {
      const Register signal = at(own, r) * at(shares, r);
      simd::store(rates.data() + r * lanes,
                  at(weight, r) * detail::log1p(signal / denominator[static_cast<std::size_t>(r)]));
    }
    double sum = 0.0;
    for (int i = 0; i < present; ++i) sum += rates[i];
    return sum * std::numbers::log2e;
  }

  /// Register r of a column.
  [[nodiscard]] static Register at(const Column& column, int r) noexcept {
    return simd::load(column.data() + r * lanes);
  }

 private:
  static void add(Registers& sum, const Column& column, double factor) noexcept {
    const Register f = simd::broadcast(factor);
    GDM_UNROLL
    for (int r = 0; r < registers; ++r) {
      Register& s = sum[static_cast<std::size_t>(r)];
      s = simd::fma(at(column, r), f, s);
    }
  }
};

GDM_NAMESPACE_END
