// SPDX-License-Identifier: MIT
/// @file
/// @brief Where instances of power control come from: the settings that are published, each a policy.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <ratio>

#include <gdm/core/vector.hpp>
#include <gdm/problem/draw.hpp>

GDM_NAMESPACE_BEGIN

/// Every link has the weight 1.
struct EqualWeights {
  template <class Generator>
  static double draw(Generator&) {
    return 1.0;
  }
};

/// Weights uniform in (0, 1).
struct UniformWeights {
  template <class Generator>
  static double draw(Generator& rng) {
    return draw_uniform(rng) + 0x1p-54;
  }
};

/// A number of the exponential distribution with mean 1: the power of a Rayleigh fading channel.
template <class Generator>
[[nodiscard]] double draw_exponential(Generator& rng) {
  return -std::log1p(-draw_uniform(rng));
}

/// Gains Exp(1) of the direct and of the disturbing channels alike, limits of 1 W, a noise of `Noise` W.
template <class Noise, class Weights = EqualWeights>
struct RayleighLinksWith {
  template <int K, class Generator>
  static Vector<K * K + 2 * K> draw(Generator& rng) {
    constexpr double noise = static_cast<double>(Noise::num) / static_cast<double>(Noise::den);
    Vector<K * K + 2 * K> x;
    for (int i = 0; i < K * K; ++i) x[i] = draw_exponential(rng) / noise;
    for (int i = 0; i < K; ++i) {
      x[K * K + i] = Weights::draw(rng);
      x[K * K + K + i] = 1.0;
    }
    return x;
  }
};

/// Noise of 0.1: Shen, Shi, Zhang, Letaief, "Graph neural networks for scalable radio resource management", IEEE JSAC
/// 2021, with equal weights.
using RayleighLinks = RayleighLinksWith<std::ratio<1, 10>>;
/// The same with the weights uniform in (0, 1).
using WeightedRayleighLinks = RayleighLinksWith<std::ratio<1, 10>, UniformWeights>;
/// Noise of 1: Sun, Chen, Shi, Hong, Fu, Sidiropoulos, "Learning to optimize", IEEE TSP 2018.
using UnitNoiseRayleighLinks = RayleighLinksWith<std::ratio<1>>;

/// Device-to-device links in a square kilometre, as in Shen et al. 2021: transmitters anywhere, each receiver 2 to 65 m
/// away in the same square, 2.4 GHz, antennas 1.5 m high, the short-range model of ITU-R P.1411 with its breakpoint, 2.5
/// dB of antenna gain on the direct link, shadowing of 8 dB, Exp(1) fading, 40 dBm, and noise of -169 dBm/Hz in 5 MHz.
template <class Weights = EqualWeights>
struct DeviceToDeviceLinks {
  static constexpr double side = 1000.0;                   ///< m
  static constexpr double nearest = 2.0, farthest = 65.0;  ///< m, from a transmitter to its receiver
  static constexpr double wavelength = 2.998e8 / 2.4e9;    ///< m
  static constexpr double height = 1.5;                    ///< m
  static constexpr double antenna_gain = 2.5;              ///< dB, direct links only
  static constexpr double shadowing = 8.0;                 ///< dB, standard deviation
  static constexpr double limit = 10.0;                    ///< W, 40 dBm
  static constexpr double noise_dbm = -169.0;              ///< dBm/Hz
  static constexpr double bandwidth = 5e6;                 ///< Hz

  /// Path loss in dB over a distance in m.
  static double path_loss(double distance) {
    constexpr double breakpoint = 4.0 * height * height / wavelength;
    const double at_breakpoint =
        std::abs(20.0 * std::log10(wavelength * wavelength / (8.0 * std::numbers::pi * height * height)));
    const double slope = distance > breakpoint ? 40.0 : 20.0;
    return at_breakpoint + 6.0 + slope * std::log10(distance / breakpoint);
  }

  template <int K, class Generator>
  static Vector<K * K + 2 * K> draw(Generator& rng) {
    struct Point {
      double x, y;
    };
    std::array<Point, static_cast<std::size_t>(K)> transmitter, receiver;
    for (std::size_t i = 0; i < K; ++i) {
      transmitter[i] = {draw_uniform(rng, 0.0, side), draw_uniform(rng, 0.0, side)};
      do {
        const double distance = draw_uniform(rng, nearest, farthest);
        const double angle = draw_uniform(rng, 0.0, 2.0 * std::numbers::pi);
        receiver[i] = {transmitter[i].x + distance * std::cos(angle), transmitter[i].y + distance * std::sin(angle)};
      } while (!(receiver[i].x >= 0.0 && receiver[i].x <= side && receiver[i].y >= 0.0 && receiver[i].y <= side));
    }
    const double noise = std::pow(10.0, (noise_dbm - 30.0) / 10.0) * bandwidth;  // W
    Vector<K * K + 2 * K> x;
    for (int i = 0; i < K; ++i) {
      for (int j = 0; j < K; ++j) {
        const Point& a = receiver[static_cast<std::size_t>(i)];
        const Point& b = transmitter[static_cast<std::size_t>(j)];
        // A stranger's transmitter may be nearer than any pair: the model begins at a metre.
        const double distance = std::max(1.0, std::hypot(a.x - b.x, a.y - b.y));
        const double decibel = (i == j ? antenna_gain : 0.0) - path_loss(distance) + shadowing * draw_normal(rng);
        x[K * i + j] = std::pow(10.0, decibel / 10.0) * draw_exponential(rng) / noise;
      }
      x[K * K + i] = Weights::draw(rng);
      x[K * K + K + i] = limit;
    }
    return x;
  }
};

GDM_NAMESPACE_END
