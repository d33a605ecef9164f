// SPDX-License-Identifier: MIT
/// @file
/// @brief Power control: the transmit powers of links that disturb each other, for the largest weighted sum rate.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include <gdm/problem/problem.hpp>
#include <gdm/problems/power_control/best_known.hpp>
#include <gdm/problems/power_control/bound.hpp>
#include <gdm/problems/power_control/branch_and_bound.hpp>
#include <gdm/problems/power_control/draws.hpp>
#include <gdm/problems/power_control/link_features.hpp>

GDM_NAMESPACE_BEGIN

template <int K>
struct PowerControlDefaults;

/// Maximise sum_i a_i log2(1 + g_ii p_i / (1 + sum_{j != i} g_ij p_j)) in bit/s/Hz over powers 0 <= p_i <= P_i: the K-user
/// interference channel with interference treated as noise. NP-hard (Luo and Zhang, IEEE JSTSP 2008).
///
/// Condition: the gains over the noise in 1/W row by row, element K i + j from transmitter j to receiver i; then the
/// weights a_1..a_K; then the limits P_1..P_K in W. Solution: p_1..p_K in W.
/// A link without own gain, weight or limit can add nothing: it is absent, and its power must be 0.
///
/// Latent of a link: -1 = silent, 1 = at its limit, between -0.9 and 0.9 what lies between; decoding ends with the best
/// common scale, which puts one link at its limit.
/// @tparam Draw  where `draw` takes its instances from: RayleighLinks, UnitNoiseRayleighLinks, DeviceToDeviceLinks<> ..
template <int K, class Draw = RayleighLinks>
struct PowerControl {
  static constexpr bool valid_size = K >= 1 && K <= 64;

  using Condition = Vector<K * K + 2 * K>;
  using Solution = Vector<K>;
  using Context = InterferenceChannel<K>;
  using Features = Vector<LinkFeatures<K>::per_link * K>;
  using PairFeatures = Vector<LinkFeatures<K>::per_pair * K * K>;
  using Latent = Vector<K>;
  static constexpr Sense sense = Sense::maximize;
  static constexpr std::string_view name = "power_control";
  static constexpr TokenLayout tokens{
      .count = K, .features = LinkFeatures<K>::per_link, .latents = 1, .pair_features = LinkFeatures<K>::per_pair};
  using Defaults = PowerControlDefaults<K>;  ///< network and training, in gdm/problems/power_control/defaults.hpp
  template <int N>
  using Resized = PowerControl<N, Draw>;

  /// Gains, weights and limits are 0 or between these, far beyond any radio.
  static constexpr double smallest = 1e-30, largest = 1e30;

  static Context context(const Condition& x) { return Context(x); }
  static bool present(const Condition& x, int link) { return Context::carries(x, link); }

  /// @throws Error [GDM-R202] naming the index and the value.
  static void validate(const Condition& x) {
    require_finite(x, "PowerControl condition");
    bool any = false;
    for (int k = 0; k < K * K + 2 * K; ++k) {
      if (x[k] == 0.0 || (x[k] >= smallest && x[k] <= largest)) continue;
      const std::string what =
          k < K * K
              ? "the gain from transmitter " + std::to_string(k % K + 1) + " to receiver " + std::to_string(k / K + 1)
              : (k < K * K + K ? "the weight of link " : "the power limit of link ") + std::to_string(k % K + 1);
      throw Error(Errc::invalid_condition, "PowerControl condition",
                  what + " (element " + std::to_string(k) + ") is " + to_text(x[k]),
                  "It must be 0 or lie in [1e-30, 1e30]");
    }
    for (int i = 0; i < K; ++i) any = any || present(x, i);
    if (!any) {
      throw Error(Errc::invalid_condition, "PowerControl condition",
                  "no link has a gain of its own, a weight and a power limit above 0",
                  "At least one link needs all three");
    }
  }

  static double objective(const Condition& x, const Solution& y) { return objective(x, y, Context(x)); }
  static double objective(const Condition&, const Solution& y, const Context& channel) {
    return channel.rate(channel.shares(y));
  }

  static Solution project(const Condition& x, const Solution& y) {
    Solution p;
    for (int i = 0; i < K; ++i) p[i] = present(x, i) ? std::min(std::max(y[i], 0.0), x[K * K + K + i]) : 0.0;
    return p;
  }
  /// Relative to each link's limit; to 1 W where the limit is 0.
  static double violation(const Condition& x, const Solution& y) {
    double worst = 0.0;
    for (int i = 0; i < K; ++i) {
      if (!std::isfinite(y[i])) return std::numeric_limits<double>::infinity();
      const double limit = x[K * K + K + i];
      const double beyond = present(x, i) ? std::max(-y[i], y[i] - limit) : std::abs(y[i]);
      worst = std::max(worst, beyond / (limit > 0.0 ? limit : 1.0));
    }
    return worst;
  }

  /// The best known: see best_known_powers. With Rayleigh fading it was within 1e-6 of the proved optimum on each of 500
  /// instances at K = 3, 4 and 5 and of 100 at K = 8.
  static Solution optimal(const Condition& x) {
    const Context channel(x);
    return channel.powers(best_known_powers(channel));
  }
  /// The better of two runs of WMMSE, one from full power and one from the links that a greedy choice switches on.
  static Solution baseline(const Condition& x) {
    const Context channel(x);
    const auto full = wmmse(channel, full_power(channel));
    const auto greedy = wmmse(channel, greedy_links(channel));
    return channel.powers(channel.rate(full) >= channel.rate(greedy) ? full : greedy);
  }
  /// Every pair of links alone, see pair_bound: valid and cheap, but two to three times the optimum at K = 10.
  static double bound(const Condition& x) { return pair_bound(Context(x)); }
  /// With up to 10 links branch and bound, which stops as soon as `incumbent` is proved to 1e-4: about 0.5 ms at K = 5,
  /// up to a second at K = 10.
  static double bound(const Condition& x, double incumbent) {
    if constexpr (K > 10) {
      return std::max(bound(x), incumbent);
    } else {
      const PowerProof<K> proof = prove_powers(Context(x), {.tolerance = 1e-4, .boxes = 20'000});
      return std::max(std::min(bound(x), proof.bound), incumbent);
    }
  }

  template <class Generator>
  static Condition draw(Generator& rng) {
    return Draw::template draw<K>(rng);
  }

  static Features features(const Condition& x) { return LinkFeatures<K>::of_links(Context(x)); }
  static Features features(const Condition&, const Context& channel) { return LinkFeatures<K>::of_links(channel); }
  static PairFeatures pair_features(const Condition& x) { return LinkFeatures<K>::of_pairs(Context(x)); }
  static PairFeatures pair_features(const Condition&, const Context& channel) {
    return LinkFeatures<K>::of_pairs(channel);
  }
  static Latent encode(const Condition& x, const Solution& y) {
    Latent z;
    for (int i = 0; i < K; ++i) {
      const double limit = x[K * K + K + i];
      const double share = present(x, i) ? y[i] / limit : 0.0;
      z[i] = share <= 0.0 ? -1.0 : share >= 1.0 ? 1.0 : inner * (2.0 * share - 1.0);
    }
    return z;
  }
  static Solution decode(const Condition& x, const Latent& z) { return decode(x, z, Context(x)); }
  static Solution decode(const Condition&, const Latent& z, const Context& channel) {
    auto s = shares(z, channel);
    const double most = largest_of(s.matrix());
    if (most > 0.0) return channel.powers(s / most);
    // Silence is never best: the link that comes nearest to speaking speaks.
    int nearest = 0;
    for (int i = 1; i < channel.present; ++i) {
      if (z[channel.link[static_cast<std::size_t>(i)]] > z[channel.link[static_cast<std::size_t>(nearest)]])
        nearest = i;
    }
    if (channel.present > 0) s[nearest] = 1.0;
    return channel.powers(s);
  }

  /// One step of `ascend`: at least as good as one of WMMSE.
  static Solution refine(const Condition& x, const Solution& y) { return refine(x, y, Context(x)); }
  static Solution refine(const Condition&, const Solution& y, const Context& channel) {
    typename Context::Column s = channel.shares(y);
    return ascend(channel, s) > 0.0 ? channel.powers(s) : y;
  }

 private:
  static constexpr double inner = 0.9;  ///< latents beyond are corners

  static typename Context::Column shares(const Latent& z, const Context& channel) {
    typename Context::Column s = Context::Column::Zero();
    for (int i = 0; i < channel.present; ++i) {
      s[i] = std::clamp(0.5 + z[channel.link[static_cast<std::size_t>(i)]] * (0.5 / inner), 0.0, 1.0);
    }
    return s;
  }
};

GDM_NAMESPACE_END
