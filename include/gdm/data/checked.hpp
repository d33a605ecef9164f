// SPDX-License-Identifier: MIT
/// @file
/// @brief Arithmetic and tests on numbers that came out of a file, which may be wrong in any way.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

/// Bytes of an array of the given shape, or nothing if they are more than `available` or the product overflows.
/// Decides before any memory is asked for. A shape without dimensions is a scalar of `item_bytes`.
[[nodiscard]] constexpr std::optional<std::uint64_t> checked_bytes(std::span<const std::uint64_t> shape,
                                                                   std::uint64_t item_bytes,
                                                                   std::uint64_t available) noexcept {
  std::uint64_t bytes = item_bytes;
  for (const std::uint64_t extent : shape) {
    if (extent != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / extent) {
      return std::nullopt;
    }
    bytes *= extent;
  }
  return bytes <= available ? std::optional(bytes) : std::nullopt;
}

/// Finite, judged by the bits, at compile time too.
[[nodiscard]] constexpr bool has_finite_bits(double value) noexcept {
  constexpr std::uint64_t exponent = 0x7ff0000000000000U;
  return (std::bit_cast<std::uint64_t>(value) & exponent) != exponent;
}
/// @copydoc has_finite_bits(double)
[[nodiscard]] constexpr bool has_finite_bits(float value) noexcept {
  constexpr std::uint32_t exponent = 0x7f800000U;
  return (std::bit_cast<std::uint32_t>(value) & exponent) != exponent;
}

GDM_NAMESPACE_END
