// SPDX-License-Identifier: MIT
/// @file
/// @brief What the users of a cell receive, and the rate that follows from it.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <gdm/core/simd_math.hpp>
#include <gdm/problems/beamforming/regularised_inverse.hpp>

GDM_NAMESPACE_BEGIN

/// Received powers, a lane a user. Noise is the power of all beams over the total power: beams that do not spend all of
/// it are taken as scaled up, which raises every rate.
template <int K>
struct Reception {
  lanes::Row<K> wanted;    ///< |h_k^H w_k|^2
  lanes::Row<K> unwanted;  ///< noise and interference
  lanes::Row<K> root;      ///< |h_k^H w_k|
};

/// Weighted sum of log(1 + wanted / unwanted), in nat and in units of the largest weight.
template <int K>
[[nodiscard]] double weighted_rate(const lanes::Row<K>& weight, const Reception<K>& r) {
  lanes::Pack sum{};
  for (std::size_t p = 0; p < weight.pack.size(); ++p) {
    // log1p(x) = log(1 + x) x / ((1 + x) - 1): exact also for small x, of which 1 + x keeps only a part
    const lanes::Pack ratio = r.wanted.pack[p] / r.unwanted.pack[p];
    const lanes::Pack whole = ratio + 1.0;
    const lanes::Pack kept = whole - 1.0;
    const lanes::Pack rate = kept > 0.0 ? simd::log(whole) * (ratio / kept) : ratio;
    sum = simd::fma(weight.pack[p], rate, sum);
  }
  return lanes::sum(sum);
}

/// Squared lengths of the first rows of a complex matrix, lane by lane.
template <int R, int K>
[[nodiscard]] lanes::Row<K> squared_lengths(const lanes::Matrix<R, K>& v, int rows) {
  lanes::Row<K> sum;
  for (int n = 0; n < rows; ++n)
    for (std::size_t p = 0; p < sum.pack.size(); ++p)
      sum.pack[p] = simd::fma(v[n].re[p], v[n].re[p], simd::fma(v[n].im[p], v[n].im[p], sum.pack[p]));
  return sum;
}

/// The directions v_k = (I + sum_j lambda_j h_j h_j^H)^-1 h_k by the squares |h_j^H v_k|^2, from which follows what is
/// received of any powers along them.
template <int N, int K>
class Directions {
  static constexpr auto count = static_cast<std::size_t>(lanes::Row<K>::count);

 public:
  Directions(const Channels<N, K>& cell, const lanes::Row<K>& lambda) : users_(cell.users) {
    const RegularisedInverse<N, K> inverse(cell, lambda);
    inverse.received([&](int k, const lanes::Line<K>& e) {
      own_.set(k, lanes::get(e.re, k));
      const lanes::Pack price = simd::broadcast(-lambda[k]);
      GDM_UNROLL
      for (std::size_t p = 0; p < count; ++p) {
        const lanes::Pack square = simd::fma(e.re[p], e.re[p], e.im[p] * e.im[p]);
        square_[static_cast<std::size_t>(k)].pack[p] = square;
        squared_length_.pack[p] = simd::fma(square, price, squared_length_.pack[p]);
      }
    });
    // |v_k|^2 = h_k^H v_k - sum_j lambda_j |h_j^H v_k|^2 saves forming v_k, but cancels where signals are far above the
    // noise.
    for (std::size_t p = 0; p < count; ++p) squared_length_.pack[p] += own_.pack[p];
    if (cell.strong()) squared_length_ = squared_lengths(inverse.directions(), cell.rank);
  }

  /// What is received when user k's beam is amplitude_k v_k.
  [[nodiscard]] Reception<K> reception(const lanes::Row<K>& amplitude) const {
    Reception<K> r;
    lanes::Row<K> power;
    double all = 0;
    for (std::size_t p = 0; p < count; ++p) {
      power.pack[p] = amplitude.pack[p] * amplitude.pack[p];
      r.root.pack[p] = own_.pack[p] * amplitude.pack[p];
      r.wanted.pack[p] = r.root.pack[p] * r.root.pack[p];
      all += lanes::sum(squared_length_.pack[p] * power.pack[p]);
    }
    for (std::size_t p = 0; p < count; ++p) r.unwanted.pack[p] = simd::broadcast(all);
    for (int k = 0; k < users_; ++k) {
      lanes::Row<K> square = square_[static_cast<std::size_t>(k)];
      square.set(k, 0.0);
      const lanes::Pack of_k = simd::broadcast(power[k]);
      GDM_UNROLL
      for (std::size_t p = 0; p < count; ++p) r.unwanted.pack[p] = simd::fma(square.pack[p], of_k, r.unwanted.pack[p]);
    }
    return r;
  }

  /// Amplitudes that give the users these powers.
  [[nodiscard]] lanes::Row<K> amplitudes(const lanes::Row<K>& power) const {
    lanes::Row<K> result;
    for (int k = 0; k < users_; ++k)
      result.set(k, power[k] > 0.0 ? std::sqrt(power[k] / std::max(squared_length_[k], 1e-280)) : 0.0);
    return result;
  }

 private:
  int users_;
  lanes::Row<K> own_;  // h_k^H v_k, a positive number
  lanes::Row<K> squared_length_;
  std::array<lanes::Row<K>, static_cast<std::size_t>(K)> square_;
};

GDM_NAMESPACE_END
