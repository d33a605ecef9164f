// SPDX-License-Identifier: MIT
/// @file
/// @brief The header of NumPy's NPY format, versions 1 and 2, for arrays of float32 and float64.
///
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. The bytes 0x93 "NUMPY", version,
/// length of the text (2 bytes in version 1, 4 in version 2, little-endian), the text of a Python dict, the numbers.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gdm/data/byte_source.hpp>
#include <gdm/data/text_reader.hpp>

GDM_NAMESPACE_BEGIN

struct NpyHeader {
  std::vector<std::uint64_t> shape;
  std::uint64_t item_bytes = 8;  ///< 8: float64, 4: float32
  bool fortran_order = false;    ///< first index fastest
};

namespace detail {

/// The text that comes next, in either kind of quotes and without escapes.
inline std::string_view read_python_string(TextReader& reader) {
  const std::string_view quote = reader.accept("\"") ? "\"" : "'";
  if (quote == "'") {
    reader.expect("'");
  }
  const std::size_t end = reader.rest().find(quote);
  if (end == std::string_view::npos) {
    reader.fail("a text without an end");
  }
  const std::string_view text = reader.rest().substr(0, end);
  reader.skip(end + 1);
  return text;
}

/// `()`, `(3,)`, `(3, 4)` or `(3, 4,)`; `(3)` is no tuple.
inline std::vector<std::uint64_t> read_python_tuple(TextReader& reader) {
  constexpr std::size_t most = 32;  // NumPy's own limit
  std::vector<std::uint64_t> out;
  reader.expect("(");
  while (!reader.accept(")")) {
    if (out.size() == most) {
      reader.fail("a shape of more than " + std::to_string(most) + " dimensions");
    }
    out.push_back(reader.integer());
    if (!reader.accept(",")) {
      reader.expect(out.size() == 1 ? "," : ")");
      break;
    }
  }
  return out;
}

/// Reads `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }`: just these three keys, in any order.
inline NpyHeader read_npy_dict(TextReader& reader) {
  NpyHeader header;
  constexpr std::array<std::string_view, 3> keys = {"descr", "fortran_order", "shape"};
  std::array<bool, 3> seen{};
  reader.expect("{");
  while (!reader.accept("}")) {
    const std::string_view key = read_python_string(reader);
    const auto* const found = std::ranges::find(keys, key);
    if (found == keys.end() || std::exchange(seen[static_cast<std::size_t>(found - keys.begin())], true)) {
      reader.fail("the key " + in_quotes(key) + (found == keys.end() ? "" : " twice"));
    }
    reader.expect(":");
    if (key == "descr") {
      const std::string_view descr = read_python_string(reader);
      if (descr != "<f8" && descr != "<f4") {
        reader.fail("the type " + in_quotes(descr), "Convert the array with .astype('<f8') and save it again");
      }
      header.item_bytes = descr == "<f8" ? 8 : 4;
    } else if (key == "fortran_order") {
      header.fortran_order = reader.accept("True");
      if (!header.fortran_order) {
        reader.expect("False");
      }
    } else {
      header.shape = read_python_tuple(reader);
    }
    if (!reader.accept(",")) {
      reader.expect("}");
      break;
    }
  }
  reader.finish();
  if (std::ranges::find(seen, false) != seen.end()) {
    reader.fail("not all of descr, fortran_order and shape");
  }
  return header;
}

}  // namespace detail

/// Reads the header, and nothing behind it, from the front of a source.
/// @param[out] bytes_read  length of the header with all that stands before its text
/// @throws Error [GDM-R402]
template <ByteSource Source>
[[nodiscard]] NpyHeader read_npy_header(Source& source, std::uint64_t& bytes_read) {
  constexpr std::uint64_t longest = 10'000;  // NumPy's own limit
  constexpr std::string_view remedy = "Give a file that numpy.save wrote, of version 1.0 or 2.0";
  std::array<char, 12> start{};
  const auto read = [&](std::span<char> out) {
    if (out.size() > source.size() - bytes_read) {
      throw Error(Errc::file_format, source.label(),
                  "the file ends in its header, after " + std::to_string(source.size()) + " bytes", remedy);
    }
    source.read(std::as_writable_bytes(out));
    bytes_read += out.size();
  };
  bytes_read = 0;
  read(std::span(start).first(8));
  const std::string_view magic(start.data(), 6);
  if (magic != "\x93NUMPY") {
    throw Error(Errc::file_format, source.label(), "it begins with " + in_quotes(magic) + ", which is not NPY", remedy);
  }
  const bool first = start[6] == 1;
  if ((!first && start[6] != 2) || start[7] != 0) {
    throw Error(Errc::file_format, source.label(),
                "NPY version " + std::to_string(start[6]) + "." + std::to_string(start[7]), remedy);
  }
  const std::size_t length_bytes = first ? 2 : 4;
  read(std::span(start).subspan(8, length_bytes));
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    length |= std::uint64_t{static_cast<unsigned char>(start[8 + i])} << (8 * i);
  }
  if (length > longest) {
    throw Error(Errc::file_format, source.label(), "a header of " + std::to_string(length) + " bytes", remedy);
  }
  std::string text(static_cast<std::size_t>(length), '\0');
  read(text);
  TextReader reader(text, source.label(), " \n", remedy);
  return detail::read_npy_dict(reader);
}

GDM_NAMESPACE_END
