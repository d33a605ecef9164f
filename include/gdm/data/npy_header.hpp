// SPDX-License-Identifier: MIT
/// @file
/// @brief The header of NumPy's NPY format, versions 1 and 2, for arrays of real numbers.
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
#include <gdm/data/file_kind.hpp>
#include <gdm/data/text_reader.hpp>

GDM_NAMESPACE_BEGIN

struct NpyHeader {
  std::vector<std::uint64_t> shape;
  char kind = 'f';               ///< f: IEEE 754, i: signed integer, u: unsigned integer
  std::uint64_t item_bytes = 8;  ///< f: 4 or 8; i, u: 1, 2, 4 or 8
  bool big_endian = false;       ///< highest byte first
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

/// `()`, `(3,)`, `(3, 4)`, `(3, 4,)` or Python 2's `(3L, 4L)`; `(3)` is no tuple.
inline std::vector<std::uint64_t> read_python_tuple(TextReader& reader) {
  constexpr std::size_t most = 32;  // NumPy's own limit
  std::vector<std::uint64_t> out;
  reader.expect("(");
  while (!reader.accept(")")) {
    if (out.size() == most) {
      reader.fail("a shape of more than " + std::to_string(most) + " dimensions");
    }
    out.push_back(reader.integer());
    (void)reader.accept("L");  // as Python 2 wrote long integers
    if (!reader.accept(",")) {
      reader.expect(out.size() == 1 ? "," : ")");
      break;
    }
  }
  return out;
}

/// Reads `'<f8'` and its like: byte order, kind and bytes of a number.
inline void read_npy_type(TextReader& reader, NpyHeader& header) {
  reader.skip_blanks();
  if (reader.rest().starts_with('[')) {
    reader.fail("an array whose columns have names and types of their own (a structured type)",
                "Save numpy.lib.recfunctions.structured_to_unstructured(array) instead");
  }
  const std::string_view descr = read_python_string(reader);
  constexpr std::array<std::string_view, 10> types = {"f8", "f4", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1"};
  const std::string_view order = descr.substr(0, 1);
  if (std::ranges::find(types, descr.substr(order.size())) == types.end() ||
      (order != "<" && order != ">" && !(order == "|" && descr.ends_with('1')))) {
    reader.fail("the type " + in_quotes(descr),
                descr.find('c') == 1 ? "Save array.astype('<c16', 'C').view('<f8'), real and imaginary parts in turn"
                                     : "Convert the array with .astype('<f8') and save it again");
  }
  header.big_endian = order == ">";
  header.kind = descr[1];
  header.item_bytes = static_cast<std::uint64_t>(descr[2] - '0');
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
      read_npy_type(reader, header);
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
    refuse_other_kinds(magic, source.label());
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
