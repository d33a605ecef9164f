// SPDX-License-Identifier: MIT
/// @file
/// @brief WMMSE with scalars: the ascent that power control in practice is solved with.
#pragma once

#include <algorithm>

#include <gdm/problems/power_control/interference_channel.hpp>

GDM_NAMESPACE_BEGIN

/// One step of WMMSE (Shi, Razaviyayn, Luo, He, IEEE TSP 2011) from the shares s, which never lowers the rate.
///
/// With amplitudes v_i it reads u_i = sqrt(G_ii) v_i / T_i, m_i = T_i / I_i and v_i' = a_i m_i u_i sqrt(G_ii) / sum_j a_j
/// m_j u_j^2 G_ji, at most 1, where I_i is interference and noise and T_i = I_i + G_ii v_i^2. For the shares s = v^2 that
/// is a factor without any root: s_i' = min(1, s_i r_i^2) with
///   r_i = (a_i G_ii / I_i) / sum_j G_ji c_j,   c_j = a_j G_jj s_j / (T_j I_j),
/// what more power is worth to link i against what it costs all, itself included: the closed-form fractional programming
/// of Shen and Yu (IEEE TSP 2018, part I, section IV) is the same step. A share of 0 stays 0.
template <int K>
struct WmmseStep {
  using Channel = InterferenceChannel<K>;
  using Register = typename Channel::Register;
  using Registers = typename Channel::Registers;
  using Column = typename Channel::Column;

  Column shares;      ///< s'
  Column multiplier;  ///< r
  Column priced;      ///< the best response to what the others charge, see ascend
  double change = 0;  ///< largest |s_i' - s_i|

  WmmseStep(const Channel& channel, const Column& s) noexcept {
    constexpr int lanes = Channel::lanes;
    const Registers interference = channel.interference(s.data());
    Column cost;
    Registers inverse, own_cost, noise;
    GDM_UNROLL
    for (int r = 0; r < Channel::registers; ++r) {
      const auto k = static_cast<std::size_t>(r);
      const Register received = simd::fma(Channel::at(channel.own, r), Channel::at(s, r), interference[k]);
      const Register product = 1.0 / (received * interference[k]);  // one division serves both
      inverse[k] = Channel::at(channel.worth, r) * (product * received);
      const Register c = Channel::at(channel.worth, r) * Channel::at(s, r) * product;
      simd::store(cost.data() + r * lanes, c);
      own_cost[k] = c * Channel::at(channel.own, r);
      noise[k] = interference[k] / (Channel::at(channel.own, r) + 1e-300);
    }
    const Registers others = channel.weighted_sum(channel.received, cost.data(), Registers{});
    Register largest{};
    GDM_UNROLL
    for (int r = 0; r < Channel::registers; ++r) {
      const auto k = static_cast<std::size_t>(r);
      Register ratio = inverse[k] / (others[k] + own_cost[k] + 1e-300);  // rows without a link: 0
      ratio = ratio < most ? ratio : simd::broadcast(most);
      Register next = Channel::at(s, r) * (ratio * ratio);
      next = next < 1.0 ? next : simd::broadcast(1.0);
      next = next < least ? Register{} : next;
      const Register moved = next > Channel::at(s, r) ? next - Channel::at(s, r) : Channel::at(s, r) - next;
      largest = moved > largest ? moved : largest;
      simd::store(multiplier.data() + r * lanes, ratio);
      Register response = Channel::at(channel.weight, r) / (others[k] + 1e-300) - noise[k];
      response = response > 0.0 ? response : Register{};
      response = response < 1.0 ? response : simd::broadcast(1.0);
      simd::store(priced.data() + r * lanes, response);
      simd::store(shares.data() + r * lanes, next);
    }
    change = largest[0];
    GDM_UNROLL
    for (int i = 1; i < lanes; ++i) change = std::max(change, largest[i]);
  }

 private:
  static constexpr double most = 1e100;  // a multiplier whose square is still a number

 public:
  /// A smaller share becomes 0: it carries nothing, and arithmetic below 1e-308 is many times slower.
  static constexpr double least = 1e-200;
};

/// When WMMSE stops.
struct WmmseOptions {
  int steps = 500;          ///< at most so many
  double tolerance = 1e-4;  ///< as soon as no share moves by more
};

/// WMMSE from the shares `s` on: always ends, and never below the rate it began with.
template <int K>
[[nodiscard]] typename InterferenceChannel<K>::Column wmmse(const InterferenceChannel<K>& channel,
                                                            typename InterferenceChannel<K>::Column s,
                                                            const WmmseOptions& options = {}) noexcept {
  for (int k = 0; k < options.steps; ++k) {
    const WmmseStep<K> step(channel, s);
    s = step.shares;
    if (!(step.change > options.tolerance)) break;
  }
  return s;
}

/// A step that raises the rate further than one of WMMSE, or leaves the shares as they are where none does: the best of
/// that step, of the same step two and four times as far on the scale of logarithms, of the best response to prices
/// (link i maximises a_i log(1 + SINR_i) less what its power costs the others: Huang, Berry, Honig, IEEE JSAC 2006), and
/// of the point halfway there. All follow from one evaluation of the multipliers. WMMSE alone hardly moves where the
/// ratios of signal to interference are high: there its multipliers are close to 1 wherever it is.
/// @returns the rate gained, in bit/s/Hz
template <int K>
double ascend(const InterferenceChannel<K>& channel, typename InterferenceChannel<K>::Column& s) noexcept {
  using Column = typename InterferenceChannel<K>::Column;
  const WmmseStep<K> step(channel, s);
  const Column start = s;
  const double before = channel.rate(s);
  double rate = before;
  const auto keep_better = [&](const Column& candidate) {
    const double value = channel.rate(candidate);
    if (!(value > rate)) return;
    rate = value;
    s = candidate;
  };
  keep_better(step.shares);
  Column twice, four_times, halfway;
  GDM_UNROLL
  for (int r = 0; r < InterferenceChannel<K>::registers; ++r) {
    constexpr int lanes = InterferenceChannel<K>::lanes;
    const auto at = [r](const Column& column) { return InterferenceChannel<K>::at(column, r); };
    const auto limited = [](auto x, double most) { return x < most ? x : simd::broadcast(most); };
    const auto square = limited(at(step.multiplier) * at(step.multiplier), 1e50);
    const auto further = at(step.shares) * square;
    simd::store(twice.data() + r * lanes, limited(further, 1.0));
    simd::store(four_times.data() + r * lanes, limited(further * (square * square), 1.0));
    simd::store(halfway.data() + r * lanes, 0.5 * (at(start) + at(step.priced)));
  }
  keep_better(twice);
  keep_better(four_times);
  keep_better(step.priced);
  keep_better(halfway);
  return rate - before;
}

/// Every present link at its limit, the usual start.
template <int K>
[[nodiscard]] typename InterferenceChannel<K>::Column full_power(const InterferenceChannel<K>& channel) noexcept {
  typename InterferenceChannel<K>::Column s = InterferenceChannel<K>::Column::Zero();
  s.head(channel.present) = 1.0;
  return s;
}

GDM_NAMESPACE_END
