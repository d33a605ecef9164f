// SPDX-License-Identifier: MIT
/// @file
/// @brief Uniform and normal numbers from the bits of any generator, the same under every standard library.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <random>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

/// A uniform number in [0, 1) made from 53 bits of the generator.
template <std::uniform_random_bit_generator Generator>
[[nodiscard]] double draw_uniform(Generator& rng) {
  constexpr std::uint64_t range = static_cast<std::uint64_t>(Generator::max()) - Generator::min();
  if constexpr (range == std::numeric_limits<std::uint64_t>::max()) {
    return static_cast<double>(static_cast<std::uint64_t>(rng()) >> 11) * 0x1.0p-53;
  } else {  // digits of the base range + 1, most significant first, until they resolve 2^-53
    constexpr double base = static_cast<double>(range) + 1.0;
    double value = 0.0;
    double unit = 1.0;
    while (unit > 0x1.0p-53) {
      unit /= base;
      value += static_cast<double>(static_cast<std::uint64_t>(rng()) - Generator::min()) * unit;
    }
    return value < 1.0 ? value : 1.0 - 0x1.0p-53;
  }
}

/// A uniform number in [low, high).
template <std::uniform_random_bit_generator Generator>
[[nodiscard]] double draw_uniform(Generator& rng, double low, double high) {
  return low + (high - low) * draw_uniform(rng);
}

/// A standard normal number by Box and Muller's transform: two uniforms, no hidden spare.
template <std::uniform_random_bit_generator Generator>
[[nodiscard]] double draw_normal(Generator& rng) {
  const double radius = std::sqrt(-2.0 * std::log1p(-draw_uniform(rng)));
  return radius * std::cos(2.0 * std::numbers::pi * draw_uniform(rng));
}

GDM_NAMESPACE_END
