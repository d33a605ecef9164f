// SPDX-License-Identifier: MIT
/// @file
/// @brief Who works out which shards of a batch, and how their gradients come together: the trainer's policy.
///
/// | member of a reduction                | meaning                                                                    |
/// |--------------------------------------|----------------------------------------------------------------------------|
/// | `own(count)`                         | the shards of `count` that this process works out                           |
/// | `sum(tree, done, gradients, finish)` | leaves the sum of all in shard 0 of `gradients`, in the order of `tree`, and calls finish(p) for every piece p of it; the losses of all shards are then known |
/// | `alone(f)`                           | f(), work of this process alone; when it throws, no process goes on         |
/// | `together(f)`                        | f() on every process, and its result; when it throws on one, all throw      |
/// | `on_leader(f)`                       | f() -> bool on the process that writes files and calls callbacks; its result, or its error, on all |
/// | `share(bytes)`                       | the leader's bytes to all                                                   |
/// | `require_same(what, checksum)`       | an error on all unless checksum() gives all the same number                 |
/// | `deal_rows(n, threads, tables, f)`   | f(i), which fills row i of the tables, for every row i < n on one of the processes; all have all rows afterwards |
///
/// Every process calls them in the same order. With gdm::ThreadReduction there is one process.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <Eigen/Core>

#include <gdm/core/parallel.hpp>
#include <gdm/train/shards.hpp>

GDM_NAMESPACE_BEGIN

/// Numbers of which every row is worked out by one process: `width` numbers a row.
struct RowTable {
  double* data;
  std::size_t width;
};

/// Numbers cut into pieces that fit a core's nearest cache, for threads to share.
struct Pieces {
  static constexpr std::size_t size = 2048;  ///< numbers in a piece

  std::size_t numbers;  ///< in all pieces together
  int threads;

  [[nodiscard]] std::size_t count() const noexcept { return (numbers + size - 1) / size; }

  template <class S>
  [[nodiscard]] std::span<S> of(std::span<S> values, std::size_t piece) const noexcept {
    const std::size_t begin = piece * size;
    return values.subspan(begin, std::min(size, numbers - begin));
  }

  /// f(piece) for first <= piece < last, on the threads.
  template <class F>
  void for_each(std::size_t first, std::size_t last, const F& f) const {
    parallel_for(static_cast<int>(last - first), threads, [&](int i) { f(first + static_cast<std::size_t>(i)); });
  }
  template <class F>
  void for_each(const F& f) const {
    for_each(0, count(), f);
  }
};

/// What the shards of one step have worked out.
template <class S>
struct ShardGradients {
  std::array<std::span<S>, shard_count> values;
  std::array<double, shard_count> losses;
  Pieces pieces;

  /// Adds piece p of shard `from` to that of shard `to`.
  void add(std::size_t to, std::size_t from, std::size_t p) const {
    using Array = Eigen::Map<Eigen::Array<S, Eigen::Dynamic, 1>>;
    const std::span<S> a = pieces.of(values[to], p), b = pieces.of(values[from], p);
    const auto n = static_cast<Eigen::Index>(a.size());
    Array(a.data(), n) += Array(b.data(), n);
  }
};

/// All shards in this process, on its threads.
struct ThreadReduction {
  [[nodiscard]] static constexpr ShardRange own(std::size_t count) noexcept { return {0, count}; }

  /// @param done  what the threads added while they worked the gradients out
  template <class S, class Finish>
  static void sum(const ShardTree& tree, const ShardCut& done, ShardGradients<S>& gradients, const Finish& finish) {
    gradients.pieces.for_each([&](std::size_t p) {
      tree.join_within(tree.all(), done, [&](std::size_t k, std::size_t l) { gradients.add(k, l, p); });
      finish(p);
    });
  }

  template <class F>
  static void alone(const F& f) {
    f();
  }
  template <class F>
  static auto together(const F& f) {
    return f();
  }
  template <class F>
  static bool on_leader(const F& f) {
    return f();
  }
  static void share(std::span<std::byte>) noexcept {}
  template <class Checksum>
  static void require_same(const char*, const Checksum&) noexcept {}
  template <class F>
  static void deal_rows(std::size_t n, int threads, std::span<const RowTable>, const F& f) {
    constexpr std::size_t piece = 16;
    parallel_for(static_cast<int>((n + piece - 1) / piece), thread_count(threads), [&](int k) {
      const std::size_t begin = static_cast<std::size_t>(k) * piece;
      for (std::size_t i = begin; i < std::min(n, begin + piece); ++i) f(i);
    });
  }
};

GDM_NAMESPACE_END
