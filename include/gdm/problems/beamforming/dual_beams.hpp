// SPDX-License-Identifier: MIT
/// @file
/// @brief Beams by two real numbers a user, and their way to and from a solution.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <gdm/problems/beamforming/reception.hpp>

GDM_NAMESPACE_BEGIN

/// User k's beam is amplitude_k (I + sum_j lambda_j h_j h_j^H)^-1 h_k, all scaled to the total power. The best beams
/// are of this form (Bjornson, Bengtsson and Ottersten, IEEE Signal Processing Magazine 31 (2014)), and so are
/// all that WMMSE passes through.
template <int K>
struct DualBeams {
  lanes::Row<K> lambda;     ///< price of interference at each user; channels contain sqrt(P), so that the sum is 1
  lanes::Row<K> amplitude;  ///< up to a common factor
};

/// Beams of these prices and these powers.
template <int N, int K>
[[nodiscard]] DualBeams<K> dual_beams(const Channels<N, K>& cell, const lanes::Row<K>& lambda,
                                      const lanes::Row<K>& power) {
  return {lambda, Directions<N, K>(cell, lambda).amplitudes(power)};
}

template <int N, int K>
[[nodiscard]] Reception<K> reception(const Channels<N, K>& cell, const DualBeams<K>& beams) {
  return Directions<N, K>(cell, beams.lambda).reception(beams.amplitude);
}

/// The beams as a solution of `Beamforming<N, K>`: in sqrt(W), users in the condition's order, those absent zero.
/// With `given_powers`, `scale` holds the users' shares of the total power instead of amplitudes.
template <int N, int K>
[[nodiscard]] Vector<2 * N * K> to_solution(const Channels<N, K>& cell, const lanes::Row<K>& lambda,
                                            const lanes::Row<K>& scale, bool given_powers) {
  auto v = RegularisedInverse<N, K>(cell, lambda).directions();
  const lanes::Row<K> squares = squared_lengths(v, cell.rank);
  lanes::Row<K> factor;
  double all = 0;
  for (int k = 0; k < cell.users; ++k) {
    const double square = std::max(squares[k], 1e-280);
    const double amplitude = given_powers ? std::sqrt(scale[k] / square) : scale[k];
    factor.set(k, amplitude);
    all = std::fma(amplitude * amplitude, square, all);
  }
  const lanes::Pack unit = simd::broadcast(all > 0.0 ? cell.root_power / std::sqrt(all) : 0.0);
  for (int n = 0; n < cell.rank; ++n)
    for (std::size_t p = 0; p < factor.pack.size(); ++p) {
      v[n].re[p] *= factor.pack[p] * unit;
      v[n].im[p] *= factor.pack[p] * unit;
    }
  Vector<2 * N* K> y = Vector<2 * N * K>::Zero();
  for (int k = 0; k < cell.users; ++k) {
    double* const beam = y.data() + 2 * N * cell.user[static_cast<std::size_t>(k)];
    if (cell.reduced) {
      lanes::Line<N> w;
      for (int n = 0; n < cell.rank; ++n) lanes::add_multiple(w, v.re(n, k), v.im(n, k), cell.basis[n]);
      for (int n = 0; n < N; ++n) {
        beam[2 * n] = lanes::get(w.re, n);
        beam[2 * n + 1] = lanes::get(w.im, n);
      }
    } else {
      for (int n = 0; n < N; ++n) {
        beam[2 * n] = v.re(n, k);
        beam[2 * n + 1] = v.im(n, k);
      }
    }
  }
  return y;
}

template <int N, int K>
[[nodiscard]] Vector<2 * N * K> to_solution(const Channels<N, K>& cell, const DualBeams<K>& beams) {
  return to_solution(cell, beams.lambda, beams.amplitude, false);
}

/// What is received of any beams, in sqrt(W), and their power as a share of the total.
template <int K>
struct BeamReception {
  Reception<K> at;
  lanes::Row<K> power;  ///< of each user's beam
};

/// @param full_power  true: noise as if the beams were scaled to the total power; false: noise as it is
template <int N, int K>
[[nodiscard]] BeamReception<K> reception(const Channels<N, K>& cell, const Vector<2 * N * K>& y, bool full_power) {
  constexpr auto count = static_cast<std::size_t>(lanes::Row<K>::count);
  BeamReception<K> r;
  const double unit = 1.0 / cell.root_power;
  double all = 0;
  for (int k = 0; k < K; ++k) {
    const double* const beam = y.data() + 2 * N * cell.user[static_cast<std::size_t>(k)];
    lanes::Line<K> e;
    double square = 0;
    for (int n = 0; n < N; ++n) {
      const double re = beam[2 * n] * unit, im = beam[2 * n + 1] * unit;
      lanes::add_multiple_of_conjugate(e, re, im, cell.antennas[n]);
      square = std::fma(re, re, std::fma(im, im, square));
    }
    all += square;
    if (square == 0.0) continue;
    lanes::Row<K> received;
    for (std::size_t p = 0; p < count; ++p) received.pack[p] = simd::fma(e.re[p], e.re[p], e.im[p] * e.im[p]);
    if (k < cell.users) {
      r.power.set(k, square);
      r.at.wanted.set(k, received[k]);
      r.at.root.set(k, std::sqrt(received[k]));
      received.set(k, 0.0);
    }
    for (std::size_t p = 0; p < count; ++p) r.at.unwanted.pack[p] += received.pack[p];
  }
  for (std::size_t p = 0; p < count; ++p) r.at.unwanted.pack[p] += full_power ? all : 1.0;
  return r;
}

GDM_NAMESPACE_END
