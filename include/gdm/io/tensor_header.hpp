// SPDX-License-Identifier: MIT
/// @file
/// @brief What a safetensors file holds: tensors with a name, a type and a shape, and metadata.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gdm/core/error.hpp>
#include <gdm/data/checked.hpp>

GDM_NAMESPACE_BEGIN

/// Types of the numbers in a tensor, all little-endian.
enum class Dtype : std::uint8_t { f32, f64, i64, u64 };
inline constexpr std::array all_dtypes = {Dtype::f32, Dtype::f64, Dtype::i64, Dtype::u64};

/// The C++ types that have a `Dtype`.
template <class T>
concept TensorItem = std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, std::int64_t> ||
    std::same_as<T, std::uint64_t>;

template <TensorItem T>
inline constexpr Dtype dtype_of = std::same_as<T, float>          ? Dtype::f32
                                  : std::same_as<T, double>       ? Dtype::f64
                                  : std::same_as<T, std::int64_t> ? Dtype::i64
                                                                  : Dtype::u64;

[[nodiscard]] constexpr std::string_view dtype_name(Dtype dtype) noexcept {
  constexpr std::array<std::string_view, 4> names = {"F32", "F64", "I64", "U64"};
  return names[static_cast<std::size_t>(dtype)];
}
/// Bytes of one number.
[[nodiscard]] constexpr std::uint64_t dtype_bytes(Dtype dtype) noexcept { return dtype == Dtype::f32 ? 4 : 8; }

/// The first of the numbers in `bytes` that is not finite, and its index; or the finite 0 and how many numbers there are.
[[nodiscard]] inline std::pair<double, std::size_t> first_not_finite(Dtype dtype, std::span<const std::byte> bytes) {
  const auto item = static_cast<std::size_t>(dtype_bytes(dtype));
  const std::size_t count = bytes.size() / item;
  if (dtype == Dtype::i64 || dtype == Dtype::u64) return {0.0, count};
  for (std::size_t i = 0; i < count; ++i) {
    double value = 0.0;
    if (dtype == Dtype::f32) {
      float single = 0.0F;
      std::memcpy(&single, bytes.data() + i * item, item);
      value = static_cast<double>(single);
    } else {
      std::memcpy(&value, bytes.data() + i * item, item);
    }
    if (!has_finite_bits(value)) return {value, i};
  }
  return {0.0, count};
}

/// What is accepted at most. Together they keep the memory of a reader below the file's size + 2 MiB.
struct TensorFileLimits {
  static constexpr std::uint64_t header_bytes = 1U << 20U;
  static constexpr std::size_t tensors = 2048;
  static constexpr std::size_t metadata_entries = 4096;
  static constexpr std::size_t dimensions = 6;
};

/// The extents of a tensor; no dimensions for a single number.
class TensorShape {
 public:
  TensorShape() = default;
  /// @throws Error [GDM-R201] for more than `TensorFileLimits::dimensions`
  explicit TensorShape(std::span<const std::uint64_t> extents) {
    for (const std::uint64_t extent : extents) {
      if (!push_back(extent)) {
        throw Error(Errc::invalid_argument, "TensorShape", std::to_string(extents.size()) + " dimensions",
                    "Use at most " + std::to_string(TensorFileLimits::dimensions));
      }
    }
  }
  [[nodiscard]] bool push_back(std::uint64_t extent) noexcept {
    if (count_ == extents_.size()) {
      return false;
    }
    extents_[count_++] = extent;
    return true;
  }
  [[nodiscard]] std::span<const std::uint64_t> extents() const noexcept { return {extents_.data(), count_}; }
  [[nodiscard]] std::string text() const {
    std::string out = "[";
    for (std::size_t i = 0; i < count_; ++i) {
      if (i > 0) out += ',';
      out += std::to_string(extents_[i]);
    }
    out += ']';
    return out;
  }
  friend bool operator==(const TensorShape&, const TensorShape&) noexcept = default;

 private:
  std::array<std::uint64_t, TensorFileLimits::dimensions> extents_{};  ///< zeros behind the last
  std::uint8_t count_ = 0;
};

/// A tensor as the header describes it; `begin` and `end` count bytes from the end of the header.
struct TensorEntry {
  std::string name;
  TensorShape shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  Dtype dtype = Dtype::f32;
};

/// Key and value.
using MetadataEntry = std::pair<std::string, std::string>;

/// A whole header. Both lists are sorted by their names, which are unique.
struct TensorFileHeader {
  std::vector<TensorEntry> tensors;
  std::vector<MetadataEntry> metadata;
};

namespace detail {

/// Appends to an ascending list and lets the element sink to its place, which is returned. Files are written in order, so
/// that it seldom sinks far, and this is compiled in a fraction of the time of a sort.
template <class T, class Less>
GDM_COLD std::size_t insert_in_order(std::vector<T>& list, T element, const Less& less) {
  list.push_back(std::move(element));
  std::size_t at = list.size() - 1;
  for (; at > 0 && less(list[at], list[at - 1]); --at) std::swap(list[at], list[at - 1]);
  return at;
}
/// By the member `name`; false if the name is there already.
template <class T>
GDM_COLD bool insert_by_name(std::vector<T>& list, T element, std::string T::*name) {
  const std::size_t at =
      insert_in_order(list, std::move(element), [&](const T& a, const T& b) { return a.*name < b.*name; });
  return at == 0 || list[at - 1].*name != list[at].*name;
}
/// The element with that name of a list in the order of names, or null.
template <class T>
GDM_COLD const T* find_by_name(const std::vector<T>& list, std::string_view key, const std::string T::*name) noexcept {
  std::size_t begin = 0, end = list.size();
  while (begin < end) {
    const std::size_t middle = begin + (end - begin) / 2;
    (list[middle].*name < key ? begin : end) = list[middle].*name < key ? middle + 1 : middle;
  }
  return begin < list.size() && list[begin].*name == key ? &list[begin] : nullptr;
}

}  // namespace detail
GDM_NAMESPACE_END
