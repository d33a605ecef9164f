// SPDX-License-Identifier: MIT
/// @file
/// @brief The best powers that many starts of WMMSE and a search over single links find.
#pragma once

#include <cmath>

#include <gdm/core/random.hpp>
#include <gdm/problems/power_control/heuristics.hpp>
#include <gdm/problems/power_control/wmmse_lanes.hpp>

GDM_NAMESPACE_BEGIN

/// How much work goes into `best_known_powers`.
struct PowerSearchOptions {
  int starts = 64;         ///< random starts of WMMSE; full power and greedy links come on top
  bool switches = true;    ///< then switch single links off or fully on and ascend again, while that helps
  std::uint64_t seed = 1;  ///< of the starts
};

namespace detail {

/// The best of the points in lanes, kept with its rate.
template <int K>
struct BestPoint {
  typename InterferenceChannel<K>::Column shares;
  double rate = -1.0;

  void keep(const typename InterferenceChannel<K>::Column& s, double value) noexcept {
    if (value <= rate) return;
    shares = s;
    rate = value;
  }
  void keep(const WmmseLanes<K>& lanes) noexcept {
    const auto rates = lanes.rates();
    for (int lane = 0; lane < WmmseLanes<K>::lanes; ++lane) {
      if (rates[lane] > rate) keep(lanes.point(lane), rates[lane]);
    }
  }
};

}  // namespace detail

/// Starts are 10^(-4 u), u uniform, for every share: the ascent decides early which links go silent, and starts that span
/// decades leave that choice open (every fourth spans eight, for links 60 dB above the noise). At K = 10 and a noise of 0.1 the best of 40 is on average within 1e-5 of what a
/// thousand starts find, where 40 uniform starts stay 4e-3 below. 64 starts and the switches missed nothing that 1,000
/// starts found on 300 instances at K = 10 and 100 at K = 20. With links 60 dB above the noise (DeviceToDeviceLinks) the
/// ascent converges slowly: of 20 proofs at K = 5 one was better by more than 1e-6.
template <int K>
[[nodiscard]] typename InterferenceChannel<K>::Column best_known_powers(const InterferenceChannel<K>& channel,
                                                                        const PowerSearchOptions& options = {}) {
  using Channel = InterferenceChannel<K>;
  using Column = typename Channel::Column;
  constexpr int lanes = WmmseLanes<K>::lanes;
  constexpr WmmseOptions coarse{.steps = 60, .tolerance = 1e-2};
  const int n = channel.present;
  detail::BestPoint<K> best;

  RandomStream rng(options.seed);
  for (int k = 0; k < options.starts + 2; k += lanes) {
    WmmseLanes<K> points(channel);
    for (int lane = 0; lane < lanes; ++lane) {
      if (k + lane == 0) {
        points.set(lane, full_power(channel));
      } else if (k + lane == 1) {
        points.set(lane, greedy_links(channel));
      } else {
        const double decades = options.starts > 16 && lane % 4 == 3 ? 8.0 : 4.0;
        for (int i = 0; i < n; ++i) points.set(lane, i, std::pow(10.0, -decades * rng.uniform()));
      }
    }
    points.run(coarse);
    best.keep(points);
  }

  bool better = options.switches;
  for (int round = 0; round < n && better; ++round) {
    const double before = best.rate;
    const Column center = best.shares;
    for (int first = 0; first < 2 * n; first += lanes) {
      WmmseLanes<K> points(channel);
      for (int lane = 0; lane < lanes; ++lane) {
        points.set(lane, center);
        const int i = (first + lane) / 2;
        if (i < n) points.set(lane, i, (first + lane) % 2 == 0 ? 0.0 : 1.0);
      }
      points.run(coarse);
      best.keep(points);
    }
    better = best.rate > before * (1.0 + 1e-4);  // less is the ascent going on, not another point
  }

  // Of few links every corner is tried, and other starts: with gains of 60 dB the ascent from inside may miss the best one.
  if (n <= 6) {
    for (unsigned active = 1; active < 1U << static_cast<unsigned>(n); ++active) {
      Column corner = best.shares;
      for (int i = 0; i < n; ++i) corner[i] = (active >> static_cast<unsigned>(i) & 1U) != 0 ? 1.0 : 0.0;
      best.keep(corner, channel.rate(corner));
    }
    for (int start = 0; start < 16; ++start) {  // coordinate ascent ends elsewhere than WMMSE does
      Column point = best.shares;
      for (int i = 0; i < n; ++i) point[i] = rng.uniform();
      for (int step = 0; step < 100 && ascend(channel, point) > 1e-9 * std::abs(best.rate); ++step) {
      }
      best.keep(point, channel.rate(point));
    }
  }

  // To convergence, and then onto the corner that the ascent only tends to.
  Column fine = best.shares;
  const double slack = 1e-14 * best.rate;
  for (int step = 0; step < 5000 && ascend(channel, fine) > slack; ++step) {
  }
  best.keep(fine, channel.rate(fine));
  for (const double near : {1e-9, 1e-4, 1e-2}) {
    Column rounded = best.shares;
    for (int i = 0; i < n; ++i) {
      rounded[i] = best.shares[i] < near ? 0.0 : best.shares[i] > 1.0 - near ? 1.0 : best.shares[i];
    }
    best.keep(rounded, channel.rate(rounded));
  }
  return best.shares;
}

GDM_NAMESPACE_END
