// SPDX-License-Identifier: MIT
/// @file
/// @brief What a network sees of an interference channel: numbers of a link, of a pair of links, and of noisy powers.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include <gdm/optimum/order_free.hpp>
#include <gdm/problems/power_control/wmmse.hpp>

GDM_NAMESPACE_BEGIN

/// All numbers are functions of G_ij = g_ij P_j and of the weights relative to their mean, so neither the units of power
/// nor of the weights matter; where a number of links is meant, it is the number present. Gains beyond e^-30 and e^30
/// look like those.
template <int K>
struct LinkFeatures {
  static constexpr int per_link = 8;
  static constexpr int per_pair = 9;
  static constexpr int per_step = 5;
  using Channel = InterferenceChannel<K>;
  using Column = typename Channel::Column;

  static double decades(double gain) { return std::log(std::clamp(gain, 1e-13, 1e13)); }
  static double bounded_rate(double ratio) { return std::log1p(std::min(ratio, 1e13)); }

  /// A sum over links whose bits do not depend on their order.
  class Sum {
   public:
    explicit Sum(double limit) : sum_(limit, 64) {}
    void add(double term) { sum_.add(term); }
    [[nodiscard]] double value() const { return sum_.value(); }

   private:
    OrderFreeSum sum_;
  };

  /// log weight, log G_ii, log(1 + G_ii), logs of the mean gain received and caused, log(1 + SINR) with all at full
  /// power, the mean of what pairing up with each other link would gain, and the share of links that it would gain with.
  static Vector<per_link * K> of_links(const Channel& c) {
    Vector<per_link* K> f = Vector<per_link * K>::Zero();
    const int n = c.present;
    const double others = std::max(1, n - 1);
    const double weights = mean_weight(c);
    for (int i = 0; i < n; ++i) {
      double received = 0.0, caused = 0.0, limit = 1e-300;
      for (int j = 0; j < n; ++j) {
        if (j != i) limit = std::max(limit, std::max(c.gain(i, j), c.gain(j, i)));
      }
      Sum in(limit), out(limit), gained(64.0);
      int good = 0;
      for (int j = 0; j < n; ++j) {
        if (j == i) continue;
        in.add(c.gain(i, j));
        out.add(c.gain(j, i));
        const double g = pair_gain(c, i, j);
        gained.add(std::max(0.0, g));
        good += g > 0.0 ? 1 : 0;
      }
      received = in.value();
      caused = out.value();
      auto link = f.template segment<per_link>(per_link * c.link[static_cast<std::size_t>(i)]);
      link[0] = std::log(std::clamp(c.weight[i] / weights, 1e-6, 1e6));
      link[1] = decades(c.own[i]);
      link[2] = bounded_rate(c.own[i]);
      link[3] = decades(received / others);
      link[4] = decades(caused / others);
      link[5] = bounded_rate(c.own[i] / (1.0 + received));
      link[6] = gained.value() / others;
      link[7] = good / others;
    }
    return f;
  }

  /// With c_i = log(1 + G_ii), r_ij = log(1 + G_ii / (1 + G_ij)): log(1 + G_ij), log(1 + G_ji), the pair's gain r_ij +
  /// r_ji - max(c_i, c_j) and its positive part, the losses c_i - r_ij and c_j - r_ji, the gains over what their
  /// receivers get in all, and the log ratio of the weights; times 2 / n, so that sums over links are of order one.
  static Vector<per_pair * K * K> of_pairs(const Channel& c) {
    Vector<per_pair* K* K> f = Vector<per_pair * K * K>::Zero();
    const int n = c.present;
    Column total = Column::Zero();
    for (int i = 0; i < n; ++i) {
      double limit = 1e-300;
      for (int j = 0; j < n; ++j) limit = j == i ? limit : std::max(limit, c.gain(i, j));
      Sum sum(limit);
      for (int j = 0; j < n; ++j) {
        if (j != i) sum.add(c.gain(i, j));
      }
      total[i] = sum.value() + 1e-300;
    }
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < n; ++j) {
        if (i == j) continue;
        const auto at = (c.link[static_cast<std::size_t>(i)] * K + c.link[static_cast<std::size_t>(j)]) * per_pair;
        auto pair = f.template segment<per_pair>(at);
        const double gain = pair_gain(c, i, j);
        pair[0] = bounded_rate(c.gain(i, j));
        pair[1] = bounded_rate(c.gain(j, i));
        pair[2] = gain;
        pair[3] = std::max(0.0, gain);
        pair[4] = bounded_rate(c.own[i]) - bounded_rate(c.own[i] / (1.0 + c.gain(i, j)));
        pair[5] = bounded_rate(c.own[j]) - bounded_rate(c.own[j] / (1.0 + c.gain(j, i)));
        pair[6] = n * c.gain(i, j) / total[i] * 0.5;
        pair[7] = n * c.gain(j, i) / total[j] * 0.5;
        pair[8] = std::log(std::clamp(c.weight[i] / c.weight[j], 1e-3, 1e3));
        pair *= 2.0 / n;
      }
    }
    return f;
  }

  /// Of the powers that a noisy latent stands for: log(1 + SINR_i), log of interference and noise, log of WMMSE's
  /// multiplier, log of what a unit of s_i costs the others and of what it brings link i. Halved, and between -4 and 4.
  static Vector<per_step * K> of_powers(const Channel& c, const Column& shares) {
    Vector<per_step* K> f = Vector<per_step * K>::Zero();
    constexpr int lanes = Channel::lanes;
    const WmmseStep<K> step(c, shares);
    const double weights = mean_weight(c);
    const auto interference = c.interference(shares.data());
    const auto at = [](const Column& of, int r) { return simd::load<double>(of.data() + r * lanes); };
    const auto capped = [](const simd::Pack<double>& x) { return x < 1e13 ? x : simd::broadcast(1e13); };
    std::array<Column, per_step> numbers;
    for (int r = 0; r < Channel::registers; ++r) {  // the zeros behind the present links give numbers that nobody reads
      const simd::Pack<double> noise = interference[static_cast<std::size_t>(r)];
      const simd::Pack<double> signal = simd::rounded_product(at(c.own, r), at(shares, r));
      const simd::Pack<double> worth = at(c.own, r) * (at(c.weight, r) / weights) / noise;
      // All pay what the link is worth over the multiplier; its own part of that is known.
      simd::Pack<double> multiplier = at(step.multiplier, r);
      const simd::Pack<double> sensed = noise + signal;
      const simd::Pack<double> others = worth / multiplier - worth * signal / sensed;
      multiplier = multiplier > 1e-4 ? multiplier : simd::broadcast(1e-4);
      multiplier = multiplier < 1e4 ? multiplier : simd::broadcast(1e4);
      const simd::Pack<double> of_register[] = {detail::log1p(capped(signal / noise)),
                                                detail::log1p(capped(noise - 1.0)), simd::log(multiplier),
                                                detail::log1p(capped(others > 0.0 ? others : simd::Pack<double>{})),
                                                detail::log1p(capped(worth * noise / sensed))};
      for (std::size_t k = 0; k < per_step; ++k) simd::store(numbers[k].data() + r * lanes, of_register[k]);
    }
    for (int i = 0; i < c.present; ++i) {
      auto link = f.template segment<per_step>(per_step * c.link[static_cast<std::size_t>(i)]);
      for (int k = 0; k < per_step; ++k) link[k] = std::clamp(0.5 * numbers[static_cast<std::size_t>(k)][i], -4.0, 4.0);
    }
    return f;
  }

 private:
  static double mean_weight(const Channel& c) {
    Sum sum(largest_of(c.weight.matrix()));
    for (int i = 0; i < c.present; ++i) sum.add(c.weight[i]);
    return sum.value() / c.present;
  }
  /// What links i and j reach together beyond the better one alone; the weights do not enter.
  static double pair_gain(const Channel& c, int i, int j) {
    const double both = bounded_rate(c.own[i] / (1.0 + c.gain(i, j))) + bounded_rate(c.own[j] / (1.0 + c.gain(j, i)));
    return both - std::max(bounded_rate(c.own[i]), bounded_rate(c.own[j]));
  }
};

GDM_NAMESPACE_END
