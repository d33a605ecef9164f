// SPDX-License-Identifier: MIT
/// @file
/// @brief Names of problem variants, put together at compile time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

/// The parts one after another. Each must be a `static constexpr std::string_view` member or variable.
template <const std::string_view&... Parts>
struct VariantName {
  static constexpr std::size_t length = (Parts.size() + ... + 0);
  static constexpr std::array<char, length + 1> text = [] {
    std::array<char, length + 1> joined{};
    auto* end = joined.data();
    ((end = std::copy(Parts.begin(), Parts.end(), end)), ...);
    return joined;
  }();
  static constexpr std::string_view value{text.data(), length};
};

/// A number as a part of a name.
template <unsigned Number>
struct DecimalName {
  static constexpr std::size_t length = [] {
    std::size_t digits = 1;
    for (unsigned rest = Number; rest >= 10; rest /= 10) {
      ++digits;
    }
    return digits;
  }();
  static constexpr std::array<char, length> text = [] {
    std::array<char, length> digits{};
    unsigned rest = Number;
    for (std::size_t i = length; i-- > 0; rest /= 10) {
      digits[i] = static_cast<char>('0' + rest % 10);
    }
    return digits;
  }();
  static constexpr std::string_view value{text.data(), length};
};

GDM_NAMESPACE_END
