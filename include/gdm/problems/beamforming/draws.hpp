// SPDX-License-Identifier: MIT
/// @file
/// @brief Random cells: what channels, weights and powers the instances of Beamforming have.
#pragma once

#include <cmath>

#include <gdm/core/vector.hpp>
#include <gdm/problem/draw.hpp>

GDM_NAMESPACE_BEGIN

/// Independent Rayleigh fading, h ~ CN(0, I), weights 1.
/// @tparam Milliwatt  total power; with noise of 1 W and channels of unit variance, 10 W are 10 dB
template <int Milliwatt = 10'000>
struct RayleighFading {
  template <int N, int K, class Generator>
  static Vector<2 * N * K + K + 1> draw(Generator& rng) {
    Vector<2 * N * K + K + 1> x;
    for (int i = 0; i < 2 * N * K; ++i) x[i] = std::sqrt(0.5) * draw_normal(rng);
    x.template segment<K>(2 * N * K).setOnes();
    x[2 * N * K + K] = Milliwatt * 1e-3;
    return x;
  }
};

/// The default: 10 W.
using RayleighChannels = RayleighFading<>;

/// Every user's channel scaled by log-normal shadowing around the instances of `Base`.
/// @tparam Decibel  standard deviation, dB
template <class Base = RayleighChannels, int Decibel = 8>
struct Shadowed {
  template <int N, int K, class Generator>
  static Vector<2 * N * K + K + 1> draw(Generator& rng) {
    Vector<2 * N* K + K + 1> x = Base::template draw<N, K>(rng);
    for (int k = 0; k < K; ++k)
      x.template segment<2 * N>(2 * N * k) *= std::pow(10.0, Decibel * draw_normal(rng) / 20.0);
    return x;
  }
};

/// Weights uniform in (0, 1].
template <class Base = RayleighChannels>
struct RandomWeights {
  template <int N, int K, class Generator>
  static Vector<2 * N * K + K + 1> draw(Generator& rng) {
    Vector<2 * N* K + K + 1> x = Base::template draw<N, K>(rng);
    for (int k = 0; k < K; ++k) x[2 * N * K + k] = 1.0 - draw_uniform(rng);
    return x;
  }
};

/// Total power uniform in dB around that of `Base`.
/// @tparam Decibel  largest difference, dB
template <class Base = RayleighChannels, int Decibel = 10>
struct RandomPower {
  template <int N, int K, class Generator>
  static Vector<2 * N * K + K + 1> draw(Generator& rng) {
    Vector<2 * N* K + K + 1> x = Base::template draw<N, K>(rng);
    x[2 * N * K + K] *= std::pow(10.0, draw_uniform(rng, -0.1 * Decibel, 0.1 * Decibel));
    return x;
  }
};

/// Every user but one absent with probability 1/2, so that all numbers of users occur.
template <class Base = RayleighChannels>
struct RandomlyPresent {
  template <int N, int K, class Generator>
  static Vector<2 * N * K + K + 1> draw(Generator& rng) {
    Vector<2 * N* K + K + 1> x = Base::template draw<N, K>(rng);
    const int stays = static_cast<int>(draw_uniform(rng, 0.0, K));
    for (int k = 0; k < K; ++k)
      if (draw_uniform(rng) < 0.5 && k != stays) x.template segment<2 * N>(2 * N * k).setZero();
    return x;
  }
};

GDM_NAMESPACE_END
