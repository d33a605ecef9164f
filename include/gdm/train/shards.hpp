// SPDX-License-Identifier: MIT
/// @file
/// @brief The fixed binary tree in which the gradients of a batch's shards are added.
///
/// Floating-point addition is not associative: the sum has the same bits for any number of threads and processes
/// because the tree hangs on the number of shards alone. Whoever holds all shards below a node may add them; the others
/// skip that node.
///
///     0   1   2   3   4   5   6   7      shards
///     |___|   |___|   |___|   |___|      1 apart
///     |_______|       |_______|          2 apart
///     |_______________|                  4 apart: the sum is in shard 0
#pragma once

#include <algorithm>
#include <cstddef>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

/// Most shards that a batch is dealt to.
inline constexpr std::size_t shard_count = 8;

/// Shards first, .., last - 1.
struct ShardRange {
  std::size_t first = 0, last = 0;

  [[nodiscard]] constexpr std::size_t size() const noexcept { return last - first; }
  [[nodiscard]] constexpr bool holds(const ShardRange& r) const noexcept { return first <= r.first && r.last <= last; }
};

/// A range cut into `parts` of nearly equal size.
struct ShardCut {
  ShardRange whole{};
  std::size_t parts = 0;

  [[nodiscard]] constexpr ShardRange part(std::size_t i) const noexcept {
    return {whole.first + i * whole.size() / parts, whole.first + (i + 1) * whole.size() / parts};
  }
  /// True if one part has all of r.
  [[nodiscard]] constexpr bool holds(const ShardRange& r) const noexcept {
    for (std::size_t i = 0; i < parts; ++i)
      if (part(i).holds(r)) return true;
    return false;
  }
};

/// The tree over `count` shards.
struct ShardTree {
  std::size_t count;

  [[nodiscard]] constexpr ShardRange all() const noexcept { return {0, count}; }

  /// Calls join(k, l), which adds shard l to shard k, for every node whose shards are all in `here` and that no part of
  /// `done` has added already: children before parents.
  template <class Join>
  constexpr void join_within(const ShardRange& here, const ShardCut& done, const Join& join) const {
    for (std::size_t apart = 1; apart < count; apart *= 2) {
      for (std::size_t k = 0; k + apart < count; k += 2 * apart) {
        const ShardRange node{k, std::min(k + 2 * apart, count)};
        if (here.holds(node) && !done.holds(node)) join(k, k + apart);
      }
    }
  }

  /// Calls root(k) for every largest subtree that lies within `here`; its sum is in shard k.
  template <class Root>
  constexpr void roots_within(const ShardRange& here, const Root& root) const {
    std::size_t k = here.first;
    while (k < here.last) {
      std::size_t size = 1;
      while (size < count && k % (2 * size) == 0 && std::min(k + 2 * size, count) <= here.last) size *= 2;
      root(k);
      k += size;
    }
  }
};

GDM_NAMESPACE_END
