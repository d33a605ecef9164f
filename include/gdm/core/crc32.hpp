// SPDX-License-Identifier: MIT
/// @file
/// @brief CRC-32 as in zlib and PNG (CRC-32/ISO-HDLC), so that Python's `zlib.crc32` computes the same checksums.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

namespace detail {

using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;

inline CrcTables make_crc_tables() noexcept {
  constexpr std::uint32_t polynomial = 0xEDB88320U;  // reflected
  CrcTables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value >> 1U) ^ ((value & 1U) * polynomial);
    }
    tables[0][byte] = value;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8U) ^ tables[0][before & 0xffU];
    }
  }
  return tables;
}

/// `crc_tables()[k][b]` is what byte b does to the checksum when k more bytes follow it in its group of eight. Made at the
/// first use: a compiler takes a tenth of a second for it, a program some microseconds.
inline const CrcTables& crc_tables() noexcept {
  static const CrcTables tables = make_crc_tables();
  return tables;
}

}  // namespace detail

/// A running CRC-32. Finds every error of one bit, and every run of errors no longer than 32 bits.
/// Check value: of the nine bytes "123456789" it is 0xCBF43926.
class Crc32 {
 public:
  Crc32& add(std::span<const std::byte> bytes) noexcept {
    const detail::CrcTables& t = detail::crc_tables();
    const auto at = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
    while (bytes.size() >= 8) {  // eight look-ups that do not wait for one another
      const std::uint32_t low = state_ ^ (at(0) | at(1) << 8U | at(2) << 16U | at(3) << 24U);
      state_ = t[7][low & 0xffU] ^ t[6][low >> 8U & 0xffU] ^ t[5][low >> 16U & 0xffU] ^ t[4][low >> 24U] ^ t[3][at(4)] ^
               t[2][at(5)] ^ t[1][at(6)] ^ t[0][at(7)];
      bytes = bytes.subspan(8);
    }
    for (const std::byte byte : bytes) {
      state_ = state_ >> 8U ^ t[0][(state_ ^ std::to_integer<std::uint32_t>(byte)) & 0xffU];
    }
    return *this;
  }
  /// Adds `number` as eight bytes, least significant first.
  Crc32& add(std::uint64_t number) noexcept {
    std::array<std::byte, 8> bytes{};
    for (std::size_t i = 0; i < 8; ++i) {
      bytes[i] = static_cast<std::byte>(number >> (8 * i) & 0xffU);
    }
    return add(bytes);
  }
  /// Adds the length of `text` as a number, then its bytes: no two lists of texts give the same bytes.
  Crc32& add_text(std::string_view text) noexcept {
    return add(std::uint64_t{text.size()}).add(std::as_bytes(std::span(text)));
  }
  [[nodiscard]] constexpr std::uint32_t value() const noexcept { return ~state_; }

 private:
  std::uint32_t state_ = 0xffffffffU;
};

GDM_NAMESPACE_END
