// SPDX-License-Identifier: MIT
/// @file
/// @brief Text from a file as it may be shown in a message or compared: short, in quotes, in lower case.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

/// At most `limit` bytes of `text` in double quotes; what a terminal would obey or hide is written as `\xNN`.
GDM_COLD [[nodiscard]] inline std::string in_quotes(std::string_view text, std::size_t limit = 48) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text.substr(0, limit)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
      out += c;
    } else {
      out += "\\x";
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    }
  }
  out += '"';
  if (text.size() > limit) {
    out += "..";
  }
  return out;
}

/// With a to z in place of A to Z, whatever the locale.
GDM_COLD [[nodiscard]] inline std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

GDM_NAMESPACE_END
