// SPDX-License-Identifier: MIT
/// @file
/// @brief WMMSE, the ascent that the field uses for beamforming, on two real numbers a user.
#pragma once

#include <cstddef>

#include <gdm/problems/beamforming/dual_beams.hpp>

GDM_NAMESPACE_BEGIN

/// When `wmmse` stops.
struct BeamformingWmmseOptions {
  double tolerance = 1e-4;  ///< at the first step that raises the objective by less than this share of it
  int steps = 1000;         ///< and after so many steps in any case
};

/// Where `wmmse` stopped.
template <int K>
struct BeamformingWmmseResult {
  DualBeams<K> beams;
  double rate = 0;  ///< weighted sum rate in nat, in units of the largest weight
  int steps = 0;    ///< taken
};

/// The step of WMMSE (Shi et al., IEEE Trans. Signal Processing 59 (2011), table I): from what the users receive, their
/// filters u = h^H w / T and weights m = T / unwanted; with them the next beams, (sum_j a_j m_j |u_j|^2 h_j h_j^H + mu
/// I)^-1 a_k m_k u_k h_k. Noise in proportion to the power of the beams makes mu = sum_j a_j m_j |u_j|^2 / P: no search
/// for mu and no eigenvalues, and the next beams spend the total power by a common factor, which changes no rate
/// (Christensen et al., IEEE Trans. Wireless Communications 7 (2008)). Phases of u only turn beams: dropped.
template <int K>
[[nodiscard]] DualBeams<K> wmmse_step(const lanes::Row<K>& weight, const Reception<K>& r) {
  DualBeams<K> next;
  lanes::Pack sum{};
  for (std::size_t p = 0; p < weight.pack.size(); ++p) {
    const lanes::Pack weighted = weight.pack[p] / r.unwanted.pack[p];
    next.amplitude.pack[p] = weighted * r.root.pack[p];
    next.lambda.pack[p] = weighted * (r.wanted.pack[p] / (r.wanted.pack[p] + r.unwanted.pack[p]));
    sum += next.lambda.pack[p];
  }
  const double all = lanes::sum(sum);
  const lanes::Pack scale = simd::broadcast(all > 1e-290 ? 1.0 / all : 0.0);
  for (std::size_t p = 0; p < weight.pack.size(); ++p) {
    next.lambda.pack[p] *= scale;
    next.amplitude.pack[p] *= scale;
  }
  return next;
}

/// WMMSE from any beams to a local optimum. Never worse than its start; always ends.
template <int N, int K>
[[nodiscard]] BeamformingWmmseResult<K> wmmse(const Channels<N, K>& cell, const DualBeams<K>& start,
                                              const BeamformingWmmseOptions& options = {}) {
  Reception<K> r = reception(cell, start);
  BeamformingWmmseResult<K> best{start, weighted_rate(cell.weight, r)};
  while (best.steps < options.steps) {
    const DualBeams<K> next = wmmse_step(cell.weight, r);
    r = reception(cell, next);
    const double rate = weighted_rate(cell.weight, r);
    if (!(rate > best.rate)) break;  // converged but for rounding, or a NaN
    const bool done = rate - best.rate <= options.tolerance * rate;
    best = {next, rate, best.steps + 1};
    if (done) break;
  }
  return best;
}

GDM_NAMESPACE_END
