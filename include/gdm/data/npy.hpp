// SPDX-License-Identifier: MIT
/// @file
/// @brief NumPy's NPY files of real numbers, read strictly and written as `numpy.save` writes them.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gdm/data/atomic_file.hpp>
#include <gdm/data/byte_source.hpp>
#include <gdm/data/checked.hpp>
#include <gdm/data/npy_header.hpp>
#include <gdm/data/tensor.hpp>

GDM_NAMESPACE_BEGIN

namespace detail {

/// The place in an array with the last index fastest of the numbers that come one by one with the first fastest.
template <std::size_t N>
class FortranOrder {
 public:
  explicit FortranOrder(const std::array<std::size_t, N>& shape) : shape_(shape) {
    strides_[N - 1] = 1;
    for (std::size_t i = N - 1; i > 0; --i) {
      strides_[i - 1] = strides_[i] * shape[i];
    }
  }
  [[nodiscard]] std::size_t next() {
    const std::size_t here = place_;
    for (std::size_t i = 0; i < N; ++i) {
      place_ += strides_[i];
      if (++index_[i] < shape_[i]) {
        break;
      }
      place_ -= shape_[i] * strides_[i];
      index_[i] = 0;
    }
    return here;
  }

 private:
  std::array<std::size_t, N> shape_;
  std::array<std::size_t, N> strides_{};
  std::array<std::size_t, N> index_{};
  std::size_t place_ = 0;
};

/// `element [17, 2]`, as NumPy counts, of the place in an array with the last index fastest.
template <std::size_t N>
std::string element_name(std::size_t place, const std::array<std::size_t, N>& shape) {
  std::array<std::size_t, N> index{};
  for (std::size_t i = N; i > 0; place /= shape[--i]) {
    index[i - 1] = place % shape[i - 1];
  }
  std::string name = "element [" + std::to_string(index[0]);
  for (std::size_t i = 1; i < N; ++i) {
    name += ", " + std::to_string(index[i]);
  }
  return name + "]";
}

/// Reads what follows the header in pieces of a few KiB, so that the array is the only memory that grows with the file.
template <class Item, std::size_t N, ByteSource Source>
void read_npy_items(Source& source, const NpyHeader& header, const std::array<std::size_t, N>& shape,
                    std::span<double> out) {
  std::array<std::array<std::byte, sizeof(Item)>, 1024> piece;
  FortranOrder<N> order(shape);
  for (std::size_t i = 0; i < out.size();) {
    const auto items = std::span(piece).first(std::min(piece.size(), out.size() - i));
    source.read(std::as_writable_bytes(items));
    for (auto& bytes : items) {
      if (header.big_endian) std::ranges::reverse(bytes);
      const Item item = std::bit_cast<Item>(bytes);
      const double value = static_cast<double>(item);
      const std::size_t place = header.fortran_order ? order.next() : i;
      const auto fail = [&](const std::string& found, const char* remedy) {
        return Error(Errc::file_format, source.label(), element_name(place, shape) + " is " + found, remedy);
      };
      if constexpr (std::floating_point<Item>) {
        if (!has_finite_bits(item)) {
          throw fail(to_text(value), "Only finite numbers are read; remove or repair its row");
        }
      } else if (value < -0x1p53 || value > 0x1p53) {
        throw fail(std::to_string(item), "Above 2^53 not every integer has a double; convert with .astype('<f8')");
      }
      out[place] = value;
      ++i;
    }
  }
}

/// Calls f with a number of the header's type.
template <class F>
void with_npy_type(const NpyHeader& header, const F& f) {
  const std::uint64_t bytes = header.item_bytes;
  if (header.kind == 'f') return bytes == 8 ? f(double{}) : f(float{});
  if (header.kind == 'u') {
    return bytes == 8   ? f(std::uint64_t{})
           : bytes == 4 ? f(std::uint32_t{})
           : bytes == 2 ? f(std::uint16_t{})
                        : f(std::uint8_t{});
  }
  return bytes == 8   ? f(std::int64_t{})
         : bytes == 4 ? f(std::int32_t{})
         : bytes == 2 ? f(std::int16_t{})
                      : f(std::int8_t{});
}

template <std::size_t N, ByteSource Source>
xt::xtensor<double, N> read_npy_source(Source& source) {
  static_assert(N > 0);
  std::uint64_t header_bytes = 0;
  const NpyHeader header = read_npy_header(source, header_bytes);
  const std::uint64_t rest = source.size() - header_bytes;
  if (header.shape.size() != N) {
    throw Error(Errc::shape_mismatch, source.label(),
                "an array of " + std::to_string(header.shape.size()) + " dimensions where " + std::to_string(N) +
                    " are expected",
                "Reshape the array, for one row an instance, before you save it");
  }
  if (std::ranges::find(header.shape, 0U) != header.shape.end()) {
    throw Error(Errc::empty_data, source.label(), "an array without numbers", "Give at least one row and one column");
  }
  if (checked_bytes(header.shape, header.item_bytes, rest) != rest) {
    std::string shape;
    for (const std::uint64_t extent : header.shape) {
      shape += (shape.empty() ? "" : " x ") + std::to_string(extent);
    }
    throw Error(Errc::file_format, source.label(),
                std::to_string(rest) + " bytes of data for " + shape + " numbers of " +
                    std::to_string(header.item_bytes) + " bytes",
                "The file is cut short or holds more than one array; save it again with numpy.save");
  }
  std::array<std::size_t, N> shape{};
  std::ranges::transform(header.shape, shape.begin(),
                         [](std::uint64_t extent) { return static_cast<std::size_t>(extent); });
  xt::xtensor<double, N> out = allocate_for(source.label(), rest / header.item_bytes * sizeof(double), [&] {
    xt::xtensor<double, N> array;
    array.resize(shape);
    return array;
  });
  const std::span<double> numbers(out.data(), out.size());
  with_npy_type(header, [&]<class Item>(Item) { read_npy_items<Item>(source, header, shape, numbers); });
  source.finish();
  return out;
}

}  // namespace detail

/// Reads an array of N dimensions from a regular file: float32, float64 or integers, of either byte order, in C or
/// Fortran order. Memory: the array itself and a few KiB.
/// @throws Error [GDM-R401] if the file cannot be read, [GDM-R402] if it is damaged, of another type or holds a NaN, an
///         infinity or an integer beyond 2^53, [GDM-R212] if it has not N dimensions, [GDM-R211] if it has no numbers
template <std::size_t N = 2>
[[nodiscard]] xt::xtensor<double, N> read_npy(const std::filesystem::path& path) {
  PosixFileSystem fs;
  FileSource source(fs, path);
  return detail::read_npy_source<N>(source);
}

/// As `read_npy`, from memory; `label` names the bytes in messages.
template <std::size_t N = 2>
[[nodiscard]] xt::xtensor<double, N> parse_npy(std::span<const std::byte> bytes,
                                               std::string label = "bytes in memory") {
  MemorySource source(bytes, std::move(label));
  return detail::read_npy_source<N>(source);
}

/// The bytes that `numpy.save` writes for the array: version 1.0, C order.
/// @throws Error [GDM-R201] for a number that is not finite, [GDM-R211] for an array without numbers
template <std::floating_point T, std::size_t N>
requires(sizeof(T) <= 8 && N > 0) [[nodiscard]] std::vector<std::byte> npy_bytes(const xt::xtensor<T, N>& array) {
  if (array.size() == 0) {
    throw Error(Errc::empty_data, "npy_bytes", "an array without numbers", "Give at least one row and one column");
  }
  const std::span<const T> numbers(array.data(), array.size());
  const auto bad = std::ranges::find_if(numbers, [](T value) { return !has_finite_bits(value); });
  if (bad != numbers.end()) {
    throw Error(Errc::invalid_argument, "npy_bytes",
                "number " + std::to_string(bad - numbers.begin()) + " is " + to_text(static_cast<double>(*bad)),
                "Only finite numbers are written");
  }
  std::string text = "{'descr': '<f" + std::to_string(sizeof(T)) + "', 'fortran_order': False, 'shape': (";
  for (std::size_t i = 0; i < N; ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(array.shape(i));
  }
  text += N == 1 ? ",), }" : "), }";
  constexpr std::size_t start_bytes = 10;
  text.resize((start_bytes + text.size() + 1 + 63) / 64 * 64 - start_bytes - 1, ' ');
  text += '\n';
  const std::string start = {'\x93',
                             'N',
                             'U',
                             'M',
                             'P',
                             'Y',
                             1,
                             0,
                             static_cast<char>(text.size() & 0xffU),
                             static_cast<char>(text.size() >> 8U)};
  std::vector<std::byte> out(start_bytes + text.size() + numbers.size_bytes());
  std::memcpy(out.data(), start.data(), start_bytes);
  std::memcpy(out.data() + start_bytes, text.data(), text.size());
  std::memcpy(out.data() + start_bytes + text.size(), numbers.data(), numbers.size_bytes());
  return out;
}

/// Replaces the file at `path` by `npy_bytes`, as `write_output` does.
/// @throws Error [GDM-R401] if the file cannot be written, else as `npy_bytes`
template <class T, std::size_t N>
void write_npy(const std::filesystem::path& path, const xt::xtensor<T, N>& array) {
  write_output(path, npy_bytes(array));
}

GDM_NAMESPACE_END
