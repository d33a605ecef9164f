// SPDX-License-Identifier: MIT
/// @file
/// @brief Sorting of arrays whose largest size is known at compile time, most of them short.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

/// Sorts the first `count` elements so that `before(later, earlier)` is never true. Short arrays are sorted by
/// insertion: faster for a handful of elements, and std::sort makes g++ 12 warn of bounds that it cannot reach there.
template <class T, std::size_t N, class Before>
void short_sort(std::array<T, N>& a, std::size_t count, Before before) {
  if constexpr (N > 32) {
    std::sort(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(count), before);
  } else {
    for (std::size_t i = 1; i < count; ++i) {
      const T element = a[i];
      std::size_t j = i;
      for (; j > 0 && before(element, a[j - 1]); --j) {
        a[j] = a[j - 1];
      }
      a[j] = element;
    }
  }
}

/// Sorts a handful of keys and moves the elements of other arrays along with them; equal keys keep their order. Every
/// pair of neighbours is exchanged by selections: where each call sees another order, branches would be mispredicted.
template <std::size_t N, class... Other>
void exchange_sort(std::array<double, N>& keys, Other&... others) {
  for (std::size_t i = 1; i < N; ++i) {
    for (std::size_t j = i; j > 0; --j) {
      const bool exchange = keys[j] < keys[j - 1];
      const auto select = [j, exchange](auto& a) {
        const auto low = a[j - 1], high = a[j];
        a[j - 1] = exchange ? high : low;
        a[j] = exchange ? low : high;
      };
      select(keys);
      (select(others), ...);
    }
  }
}

GDM_NAMESPACE_END
