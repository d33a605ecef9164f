// SPDX-License-Identifier: MIT
/// @file
/// @brief The order of a training run: rows shuffled anew in every epoch and cut into mini-batches.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <gdm/core/random.hpp>

GDM_NAMESPACE_BEGIN

/// Mini-batches of one or several sources of rows; a batch holds rows of one source.
class Batches {
 public:
  struct Batch {
    std::size_t source;  ///< which source of rows
    std::size_t begin;   ///< first position in that source's order
    std::size_t count;   ///< rows
  };

  void add_source(std::size_t rows) {
    std::vector<std::uint32_t> order(rows);
    std::iota(order.begin(), order.end(), 0U);
    orders_.push_back(std::move(order));
    rows_ += rows;
  }

  /// Cuts each source into batches of `size` rows, the last one perhaps smaller.
  void cut(std::size_t size) {
    size_ = size;
    list_.clear();
    for (std::size_t source = 0; source < orders_.size(); ++source)
      for (std::size_t begin = 0; begin < orders_[source].size(); begin += size)
        list_.push_back({source, begin, std::min(size, orders_[source].size() - begin)});
  }

  /// New orders of rows and batches, a function of seed and epoch alone (Fisher-Yates).
  void shuffle(std::uint64_t seed, std::uint64_t epoch) {
    const auto one = [&](auto& list, std::uint32_t number) {
      RandomStream random(seed, for_shuffling, number, static_cast<std::uint32_t>(epoch));
      for (std::size_t i = list.size(); i > 1; --i)
        std::swap(list[i - 1], list[random.below(static_cast<std::uint32_t>(i))]);
    };
    for (std::size_t k = 0; k < orders_.size(); ++k) {
      std::iota(orders_[k].begin(), orders_[k].end(), 0U);
      one(orders_[k], static_cast<std::uint32_t>(k));
    }
    if (orders_.size() > 1) {
      cut(size_);
      one(list_, list_stream);
    }
  }

  [[nodiscard]] const std::vector<Batch>& list() const noexcept { return list_; }
  /// The numbers of the batch's rows in their source.
  [[nodiscard]] const std::uint32_t* rows(const Batch& batch) const noexcept {
    return orders_[batch.source].data() + batch.begin;
  }
  /// Rows of all sources together.
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }

 private:
  static constexpr std::uint32_t list_stream = 0xffff;  ///< the list's own stream, beside those of the sources

  std::vector<std::vector<std::uint32_t>> orders_;
  std::vector<Batch> list_;
  std::size_t rows_ = 0, size_ = 0;
};

GDM_NAMESPACE_END
