// SPDX-License-Identifier: MIT
/// @file
/// @brief The checksums that a tensor file carries in its metadata: one of each tensor, one of the header itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <gdm/core/crc32.hpp>
#include <gdm/io/tensor_header.hpp>

GDM_NAMESPACE_BEGIN

/// The checksum of tensor `w` is the metadata entry `checksum.w`.
inline constexpr std::string_view checksum_prefix = "checksum.";
/// The checksum of the header; safetensors reserves the name `__metadata__`, so no tensor has it.
inline constexpr std::string_view header_checksum_key = "checksum.__metadata__";

/// `crc32:` and eight lower-case hexadecimal digits.
GDM_COLD [[nodiscard]] inline std::string checksum_text(const Crc32& crc) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "crc32:";
  for (unsigned shift = 32; shift > 0; shift -= 4) {
    text += digits[crc.value() >> (shift - 4) & 15U];
  }
  return text;
}

/// CRC-32 over everything that the header says, however the JSON is written: the number of metadata entries but for
/// `checksum.__metadata__`; key and value of each; then of each tensor its name, the name of its type, its number of
/// dimensions, the extents, `begin` and `end`. Both lists in ascending order of their UTF-8 bytes; numbers as eight
/// bytes, least significant first; texts as their length in bytes, then the bytes. The parser and the tensors' checksums
/// alone would let 386 of the 16,576 flips of a bit in the header of a small model pass: those in the entries about the
/// version and about training without the condition, and in this checksum's own.
GDM_COLD [[nodiscard]] inline Crc32 header_checksum(const TensorFileHeader& header) {
  const bool has_own = detail::find_by_name(header.metadata, header_checksum_key, &MetadataEntry::first) != nullptr;
  Crc32 crc;
  crc.add(std::uint64_t{header.metadata.size() - (has_own ? 1 : 0)});
  for (const MetadataEntry& entry : header.metadata) {
    if (entry.first != header_checksum_key) {
      crc.add_text(entry.first).add_text(entry.second);
    }
  }
  for (const TensorEntry& tensor : header.tensors) {
    crc.add_text(tensor.name).add_text(dtype_name(tensor.dtype));
    crc.add(std::uint64_t{tensor.shape.extents().size()});
    for (const std::uint64_t extent : tensor.shape.extents()) {
      crc.add(extent);
    }
    crc.add(tensor.begin).add(tensor.end);
  }
  return crc;
}

GDM_NAMESPACE_END
