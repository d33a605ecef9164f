// SPDX-License-Identifier: MIT
/// @file
/// @brief What a network sees of an interference channel: numbers of a link and of a pair of links.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include <gdm/optimum/order_free.hpp>
#include <gdm/problems/power_control/interference_channel.hpp>

GDM_NAMESPACE_BEGIN

/// What links reach alone and beside each other. Gains beyond e^-30 and e^30 look like those.
template <int K>
struct PairRates {
  using Channel = InterferenceChannel<K>;
  using Column = typename Channel::Column;

  Column alone;                   ///< c_i = log(1 + G_ii)
  std::array<Column, K> gain;     ///< element i of column j: log(1 + G_ij)
  std::array<Column, K> against;  ///< element i of column j: r_ij = log(1 + G_ii / (1 + G_ij)), link i beside link j

  explicit PairRates(const Channel& c) noexcept {
    for (int r = 0; r < Channel::registers; ++r) {
      const auto own = Channel::at(c.own, r);
      simd::store(alone.data() + r * Channel::lanes, rate(own));
      for (int j = 0; j < c.present; ++j) {
        const auto k = static_cast<std::size_t>(j);
        const auto crossing = Channel::at(c.causes[k], r);
        simd::store(gain[k].data() + r * Channel::lanes, rate(crossing));
        simd::store(against[k].data() + r * Channel::lanes, rate(own / (1.0 + crossing)));
      }
    }
  }
  [[nodiscard]] double of(const std::array<Column, K>& table, int i, int j) const {
    return table[static_cast<std::size_t>(j)][i];
  }
  /// What links i and j reach together beyond the better one alone; the weights do not enter.
  [[nodiscard]] double together(int i, int j) const {
    return of(against, i, j) + of(against, j, i) - std::max(alone[i], alone[j]);
  }

 private:
  static typename Channel::Register rate(const typename Channel::Register& ratio) noexcept {
    return detail::log1p(ratio < 1e13 ? ratio : simd::broadcast(1e13));
  }
};

/// All numbers are functions of G_ij = g_ij P_j and of the weights relative to their mean, so neither the units of power
/// nor of the weights matter; where a number of links is meant, it is the number present.
template <int K>
struct LinkFeatures {
  static constexpr int per_link = 8;
  static constexpr int per_pair = 9;
  using Channel = InterferenceChannel<K>;
  using Column = typename Channel::Column;

  /// log weight, log G_ii, log(1 + G_ii), logs of the mean gain received and caused, log(1 + SINR) with all at full
  /// power, the mean of what pairing up with each other link would gain, and the share of links that it would gain with.
  static Vector<per_link * K> of_links(const Channel& c) {
    Vector<per_link* K> f = Vector<per_link * K>::Zero();
    const PairRates<K> rates(c);
    const int n = c.present;
    const double others = std::max(1, n - 1);
    const double weights = mean_weight(c);
    for (int i = 0; i < n; ++i) {
      const auto k = static_cast<std::size_t>(i);
      Sum in(most(c.received[k])), out(most(c.causes[k])), gained(64.0);
      int good = 0;
      for (int j = 0; j < n; ++j) {
        if (j == i) continue;
        in.add(c.received[k][j]);
        out.add(c.causes[k][j]);
        const double g = rates.together(i, j);
        gained.add(std::max(0.0, g));
        good += g > 0.0 ? 1 : 0;
      }
      auto link = f.template segment<per_link>(per_link * c.link[k]);
      link[0] = std::log(std::clamp(c.weight[i] / weights, 1e-6, 1e6));
      link[1] = decades(c.own[i]);
      link[2] = rates.alone[i];
      link[3] = decades(in.value() / others);
      link[4] = decades(out.value() / others);
      link[5] = std::log1p(std::min(c.own[i] / (1.0 + in.value()), 1e13));
      link[6] = gained.value() / others;
      link[7] = good / others;
    }
    return f;
  }

  /// With c_i and r_ij as in PairRates: log(1 + G_ij), log(1 + G_ji), the pair's gain r_ij + r_ji - max(c_i, c_j) and its
  /// positive part, the losses c_i - r_ij and c_j - r_ji, the gains over what their receivers get in all, and the log ratio
  /// of the weights; times 2 / n, so that sums over links are of order one.
  static Vector<per_pair * K * K> of_pairs(const Channel& c) {
    Vector<per_pair* K* K> f = Vector<per_pair * K * K>::Zero();
    const PairRates<K> rates(c);
    const int n = c.present;
    const double scale = 2.0 / n;
    Column per_total = Column::Zero(), log_weight = Column::Zero();
    for (int i = 0; i < n; ++i) {
      const auto k = static_cast<std::size_t>(i);
      Sum sum(most(c.received[k]));
      for (int j = 0; j < n; ++j) {
        if (j != i) sum.add(c.received[k][j]);
      }
      per_total[i] = 1.0 / (sum.value() + 1e-300);
      log_weight[i] = std::log(c.weight[i]);
    }
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < n; ++j) {
        if (i == j) continue;
        const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
        double* const pair = f.data() + (c.link[a] * K + c.link[b]) * per_pair;
        const double gain = rates.together(i, j);
        pair[0] = scale * rates.of(rates.gain, i, j);
        pair[1] = scale * rates.of(rates.gain, j, i);
        pair[2] = scale * gain;
        pair[3] = scale * std::max(0.0, gain);
        pair[4] = scale * (rates.alone[i] - rates.of(rates.against, i, j));
        pair[5] = scale * (rates.alone[j] - rates.of(rates.against, j, i));
        pair[6] = c.received[a][j] * per_total[i];
        pair[7] = c.received[b][i] * per_total[j];
        pair[8] = scale * std::clamp(log_weight[i] - log_weight[j], -log_1000, log_1000);
      }
    }
    return f;
  }

 private:
  static constexpr double log_1000 = 6.907755278982137;

  /// A sum over links whose bits do not depend on their order.
  class Sum {
   public:
    explicit Sum(double limit) : sum_(limit, 64) {}
    void add(double term) { sum_.add(term); }
    [[nodiscard]] double value() const { return sum_.value(); }

   private:
    OrderFreeSum sum_;
  };

  static double decades(double gain) { return std::log(std::clamp(gain, 1e-13, 1e13)); }
  static double most(const Column& gains) { return std::max(1e-300, largest_of(gains.matrix())); }
  static double mean_weight(const Channel& c) {
    Sum sum(largest_of(c.weight.matrix()));
    for (int i = 0; i < c.present; ++i) sum.add(c.weight[i]);
    return sum.value() / c.present;
  }
};

GDM_NAMESPACE_END
