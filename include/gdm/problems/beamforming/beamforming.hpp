// SPDX-License-Identifier: MIT
/// @file
/// @brief Downlink beamforming: whom a base station with several antennas serves, with which beams.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <string_view>

#include <gdm/problem/problem.hpp>
#include <gdm/problems/beamforming/best_known.hpp>
#include <gdm/problems/beamforming/channels.hpp>
#include <gdm/problems/beamforming/dirty_paper.hpp>
#include <gdm/problems/beamforming/draws.hpp>
#include <gdm/problems/beamforming/dual_beams.hpp>
#include <gdm/problems/beamforming/features.hpp>
#include <gdm/problems/beamforming/heuristics.hpp>
#include <gdm/problems/beamforming/wmmse.hpp>

GDM_NAMESPACE_BEGIN

template <int N, int K>
struct BeamformingDefaults;

/// Maximise sum_k a_k log2(1 + |h_k^H w_k|^2 / (1 + sum_{j != k} |h_k^H w_j|^2)) in bit/s/Hz over the beams w_k in C^N
/// of K users with one antenna each, with sum_k |w_k|^2 <= P: the weighted sum rate of the multi-antenna broadcast
/// channel with linear precoding. NP-hard; with K > N also a choice of whom to serve.
///
/// Condition: for each user, for each antenna the real and imaginary part of the channel h over the noise amplitude,
/// 1/sqrt(W); then the weights a_1..a_K; then the total power P in W. Solution: for each user, for each antenna the real
/// and imaginary part of the beam in sqrt(W). A user with a channel of zeros, or with weight 0, is absent: its beam is 0
/// and the others get what a cell without it would.
///
/// The best beams are known but for two numbers a user, its power p_k and the price lambda_k of interference at it (see
/// `DualBeams`), both of sum P: these are sampled. What the network sees does not change with phases of users or
/// rotations of the antennas (see `CellFeatures`).
///
/// @tparam Draw  random instances, see gdm/problems/beamforming/draws.hpp
template <int N, int K, class Draw = RayleighChannels>
struct Beamforming {
  static constexpr bool valid_size = N >= 1 && K >= 1;

  using Condition = Vector<2 * N * K + K + 1>;
  using Solution = Vector<2 * N * K>;
  using Features = Vector<CellFeatures<N, K>::per_user * K>;
  using PairFeatures = Vector<CellFeatures<N, K>::per_pair * K * K>;
  using Latent = Vector<2 * K>;
  static constexpr Sense sense = Sense::maximize;
  static constexpr std::string_view name = "beamforming";
  static constexpr TokenLayout tokens{.count = K,
                                      .features = CellFeatures<N, K>::per_user,
                                      .latents = 2,
                                      .pair_features = CellFeatures<N, K>::per_pair};
  using Defaults = BeamformingDefaults<N, K>;  ///< network and training, in gdm/problems/beamforming/defaults.hpp
  template <int Users>
  using Resized = Beamforming<N, Users, Draw>;  ///< another number of users, the same antennas

  /// Limits of channels (each part), weights and the total power: inside them no formula here overflows.
  static constexpr double largest = 1e30;
  /// A smaller total power is refused. Smaller channels (squared, 1e-60 in all) count as none.
  static constexpr double least_power = 1e-30;

  /// All that is computed once an instance.
  struct Context {
    Channels<N, K> cell;
    CellFeatures<N, K> seen;
  };
  static Context context(const Condition& x) {
    const Channels<N, K> cell(x);
    return {cell, CellFeatures<N, K>(cell)};
  }

  /// @throws Error [GDM-R202] naming the index and the value, or saying that no user can be served.
  static void validate(const Condition& x) {
    constexpr std::string_view where = "Beamforming condition";
    require_finite(x, where);
    for (int i = 0; i < 2 * N * K; ++i) {
      if (std::abs(x[i]) > largest) {
        throw Error(Errc::invalid_condition, where,
                    "channel of user " + std::to_string(i / (2 * N) + 1) + ", antenna " +
                        std::to_string(i / 2 % N + 1) + " (element " + std::to_string(i) + ") is " + to_text(x[i]),
                    "Its parts must lie in [-1e30, 1e30]; divide channels by the noise amplitude");
      }
    }
    for (int k = 0; k < K; ++k) {
      if (x[2 * N * K + k] < 0.0 || x[2 * N * K + k] > largest) {
        throw Error(Errc::invalid_condition, where,
                    "weight a_" + std::to_string(k + 1) + " (element " + std::to_string(2 * N * K + k) + ") is " +
                        to_text(x[2 * N * K + k]),
                    "A weight must lie in [0, 1e30]");
      }
    }
    if (x[2 * N * K + K] < least_power || x[2 * N * K + K] > largest) {
      throw Error(Errc::invalid_condition, where,
                  "total power (element " + std::to_string(2 * N * K + K) + ") is " + to_text(x[2 * N * K + K]),
                  "The total power in watt must lie in [1e-30, 1e30]");
    }
    for (int k = 0; k < K; ++k) {
      if (present(x, k)) return;
    }
    throw Error(Errc::invalid_condition, where, "no user has both a channel and a weight",
                "At least one user must have a channel other than zero and a positive weight");
  }

  static bool present(const Condition& x, int k) { return Channels<N, K>::present(x, k); }

  /// Weighted sum rate in bit/s/Hz.
  static double objective(const Condition& x, const Solution& y) { return objective(Channels<N, K>(x), y); }
  static double objective(const Condition&, const Solution& y, const Context& shared) {
    return objective(shared.cell, y);
  }

  /// Beams of absent users become 0, and all beams are scaled down to the total power if they exceed it.
  static Solution project(const Condition& x, const Solution& y) {
    if (violation(x, y) <= 1e-12) return y;
    Solution v = y;
    double top = 0;
    for (int i = 0; i < 2 * N * K; ++i) {
      v[i] = std::isfinite(v[i]) && present(x, i / (2 * N)) ? v[i] : 0.0;
      top = std::max(top, std::abs(v[i]));
    }
    const double root = std::sqrt(x[2 * N * K + K]);
    if (top <= root && v.squaredNorm() <= x[2 * N * K + K]) return v;
    v /= top;  // the square of 1e300 is no double
    return v * (root / v.norm());
  }
  /// Excess power over the total, and power of absent users in shares of the total's root.
  static double violation(const Condition& x, const Solution& y) {
    if (!y.allFinite()) return std::numeric_limits<double>::infinity();
    const double root = std::sqrt(x[2 * N * K + K]);
    double all = 0, wasted = 0;
    for (int k = 0; k < K; ++k) {
      const double square = (y.template segment<2 * N>(2 * N * k) / root).squaredNorm();
      all += square;
      if (square > 0.0 && !present(x, k)) wasted += square;
    }
    return std::max({all - 1.0, std::sqrt(wasted), 0.0});
  }

  /// One step of WMMSE: never worse than `y`.
  static Solution refine(const Condition& x, const Solution& y) { return refine(x, y, Channels<N, K>(x)); }
  static Solution refine(const Condition& x, const Solution& y, const Context& shared) {
    return refine(x, y, shared.cell);
  }

  /// The best known beams, not proved optimal: the best of 40 runs of WMMSE (ten a user for more than eight users),
  /// converged. `best_known_beams` shows what fewer and more runs reach.
  static Solution optimal(const Condition& x) {
    const Channels<N, K> cell(x);
    return to_solution(cell, best_known_beams(cell).beams);
  }
  /// The strongest answer without iterations: greedy selection of users and regularised zero-forcing of these.
  static Solution baseline(const Condition& x) {
    const Channels<N, K> cell(x);
    return to_solution(cell, greedy_rzf(cell));
  }
  /// Dirty paper coding, which no linear beams beat.
  static double bound(const Condition& x) {
    const Channels<N, K> cell(x);
    return dirty_paper_bound(cell) * cell.weight_unit * std::numbers::log2e * (1.0 + 1e-12);
  }

  template <class Generator>
  static Condition draw(Generator& rng) {
    return Draw::template draw<N, K>(rng);
  }

  static Features features(const Condition& x) { return features(x, context(x)); }
  static Features features(const Condition&, const Context& shared) {
    constexpr int per_user = CellFeatures<N, K>::per_user;
    Features f = Features::Zero();
    for (int k = 0; k < shared.cell.users; ++k)
      for (int c = 0; c < per_user; ++c)
        f[shared.cell.user[static_cast<std::size_t>(k)] * per_user + c] =
            shared.seen.user[static_cast<std::size_t>(c)][k];
    return f;
  }
  static PairFeatures pair_features(const Condition& x) { return pair_features(x, context(x)); }
  static PairFeatures pair_features(const Condition&, const Context& shared) {
    constexpr int per_pair = CellFeatures<N, K>::per_pair;
    PairFeatures f = PairFeatures::Zero();
    for (int k = 0; k < shared.cell.users; ++k)
      for (int j = 0; j < shared.cell.users; ++j)
        for (int c = 0; c < per_pair; ++c)
          f[(shared.cell.user[static_cast<std::size_t>(k)] * K + shared.cell.user[static_cast<std::size_t>(j)]) *
                per_pair +
            c] = shared.seen.pair[static_cast<std::size_t>(c)][static_cast<std::size_t>(k)][j];
    return f;
  }

  /// Power and price of each user: the powers of the beams, and the prices of WMMSE's step from them.
  static Latent encode(const Condition& x, const Solution& y) { return encode(y, Channels<N, K>(x)); }
  static Latent encode(const Condition&, const Solution& y, const Context& shared) { return encode(y, shared.cell); }
  static Solution decode(const Condition& x, const Latent& z) { return decode(z, Channels<N, K>(x)); }
  static Solution decode(const Condition&, const Latent& z, const Context& shared) { return decode(z, shared.cell); }

 private:
  static double objective(const Channels<N, K>& cell, const Solution& y) {
    return weighted_rate(cell.weight, reception(cell, y, false).at) * cell.weight_unit * std::numbers::log2e;
  }

  static Solution refine(const Condition& x, const Solution& y, const Channels<N, K>& cell) {
    const Solution from = project(x, y);
    const Solution to = to_solution(cell, wmmse_step(cell.weight, reception(cell, from, true).at));
    return objective(cell, to) > objective(cell, from) ? to : from;
  }

  /// A latent is 2 (s - 0.85) with s = sqrt(u + 0.01) for a share of u times the equal one, and s = 0 for none: between
  /// served and unserved lies a gap that noise does not cross, and small powers keep a slope.
  static constexpr double middle = 0.85, edge = 0.1;

  static double latent(double share) { return 2.0 * ((share > 0.0 ? std::sqrt(share + edge * edge) : 0.0) - middle); }
  /// The share that a latent stands for, `most` at most; a NaN is none.
  static double share(double latent, double most) {
    const double s = 0.5 * latent + middle;
    if (!(s > edge)) return 0.0;
    return s * s < most ? s * s - edge * edge : most;
  }

  static Latent encode(const Solution& y, const Channels<N, K>& cell) {
    const BeamReception<K> now = reception(cell, y, true);
    const DualBeams<K> next = wmmse_step(cell.weight, now.at);
    const double all = now.power.sum();
    Latent z = Latent::Constant(latent(0.0));
    for (int k = 0; k < cell.users; ++k) {
      const int i = cell.user[static_cast<std::size_t>(k)];
      z[2 * i] = latent(all > 0.0 ? now.power[k] / all * cell.users : 1.0);
      z[2 * i + 1] = latent(all > 0.0 ? next.lambda[k] * cell.users : 1.0);
    }
    return z;
  }

  static Solution decode(const Latent& z, const Channels<N, K>& cell) {
    lanes::Row<K> power, price;
    double powers = 0, prices = 0;
    for (int k = 0; k < cell.users; ++k) {
      const int i = cell.user[static_cast<std::size_t>(k)];
      power.set(k, share(z[2 * i], cell.users));
      price.set(k, share(z[2 * i + 1], cell.users));
      powers += power[k];
      prices += price[k];
    }
    for (int k = 0; k < cell.users; ++k) {  // nothing at all stands for regularised zero-forcing
      power.set(k, powers > 0.0 ? power[k] / powers : 1.0 / cell.users);
      price.set(k, prices > 0.0 ? price[k] / prices : 1.0 / cell.users);
    }
    return to_solution(cell, price, power, true);
  }
};

GDM_NAMESPACE_END
