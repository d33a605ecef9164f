// SPDX-License-Identifier: MIT
/// @file
/// @brief A strict reader of the JSON that the header of a tensor file needs: objects, arrays, strings and integers.
///
/// RFC 8259 without what such a header has no use for: fractions, exponents, negative numbers, true, false, null. The
/// caller asks for what the format foresees, so nothing nests deeper than that and nothing is built but the answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <gdm/data/text_reader.hpp>

GDM_NAMESPACE_BEGIN

/// Length in bytes of the UTF-8 character that `text` begins with; 0 if it is none (RFC 3629: no overlong form, no
/// surrogate, nothing above U+10FFFF).
[[nodiscard]] constexpr std::size_t utf8_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) {
    return text.empty() ? 0 : 1;
  }
  if (first < 0xC2 || first > 0xF4 || !follows(1)) {
    return 0;
  }
  if (first < 0xE0) {
    return 2;
  }
  if (first < 0xF0) {
    const bool allowed = first == 0xE0 ? byte(1) >= 0xA0 : first != 0xED || byte(1) < 0xA0;
    return allowed && follows(2) ? 3 : 0;
  }
  const bool allowed = first == 0xF0 ? byte(1) >= 0x90 : first != 0xF4 || byte(1) < 0x90;
  return allowed && follows(2) && follows(3) ? 4 : 0;
}

/// Reads JSON from front to back.
class JsonReader : public TextReader {
 public:
  static constexpr std::string_view remedy = "The file is damaged or no safetensors file; fetch or save it again";

  /// @param where  named in messages
  JsonReader(std::string_view json, std::string where) : TextReader(json, std::move(where), " \t\r\n", remedy) {}

  /// Calls `member(key)`, which reads the value, for each member of the object that comes next.
  template <class Member>
  GDM_COLD void object(Member&& member) {
    sequence("{", "}", [&] {
      std::string key = string();
      expect(":");
      member(std::move(key));
    });
  }
  /// Calls `element()`, which reads it, for each element of the array that comes next.
  template <class Element>
  GDM_COLD void array(Element&& element) {
    sequence("[", "]", std::forward<Element>(element));
  }

  /// The string that comes next, in UTF-8. Asks for no more memory than the string takes in the JSON.
  GDM_COLD [[nodiscard]] std::string string() {
    expect("\"");
    std::string out;
    out.reserve(raw_length());
    while (!rest().starts_with('"')) {
      std::size_t plain = 0;
      while (is_plain(rest()[plain])) {  // raw_length has seen the closing quote
        ++plain;
      }
      out.append(rest().substr(0, plain));
      skip(plain);
      if (rest().starts_with('\\')) {
        escape(out);
      } else if (!rest().starts_with('"')) {
        const std::size_t length = utf8_length(rest());
        if (length < 2) {
          fail("a byte that no JSON string may hold");
        }
        out.append(rest().substr(0, length));
        skip(length);
      }
    }
    skip(1);
    return out;
  }

 private:
  template <class Element>
  GDM_COLD void sequence(std::string_view open, std::string_view close, Element&& element) {
    expect(open);
    if (accept(close)) {
      return;
    }
    do {
      element();
    } while (accept(","));
    expect(close);
  }
  /// A character of one byte that stands for itself.
  static constexpr bool is_plain(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
  }
  /// Bytes up to the closing quote.
  [[nodiscard]] std::size_t raw_length() const {
    std::size_t at = 0;
    while (at < rest().size() && rest()[at] != '"') {
      at += rest()[at] == '\\' ? 2 : 1;
    }
    if (at >= rest().size()) {
      fail("a string without an end");
    }
    return at;
  }
  [[nodiscard]] std::uint32_t four_hexadecimal_digits() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const std::size_t digit =
          rest().empty() ? std::string_view::npos : std::string_view("0123456789abcdefABCDEF").find(rest().front());
      if (digit == std::string_view::npos) {
        fail("no hexadecimal digit in a \\u escape");
      }
      value = value << 4U | static_cast<std::uint32_t>(digit < 16 ? digit : digit - 6);
      skip(1);
    }
    return value;
  }
  GDM_COLD void escape(std::string& out) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const std::size_t at = letters.find(rest().size() > 1 ? rest()[1] : ' ');
    if (at != std::string_view::npos) {
      skip(2);
      out += meanings[at];
      return;
    }
    if (!rest().starts_with("\\u")) {
      fail("an escape that JSON does not have");
    }
    skip(2);
    std::uint32_t code = four_hexadecimal_digits();
    if (code >= 0xD800 && code < 0xDC00 && rest().starts_with("\\u")) {  // the first half of a pair
      skip(2);
      const std::uint32_t second = four_hexadecimal_digits();
      code = second >= 0xDC00 && second < 0xE000 ? 0x10000 + ((code - 0xD800) << 10U) + (second - 0xDC00) : code;
    }
    if (code >= 0xD800 && code < 0xE000) {
      fail("half of a surrogate pair");
    }
    append_utf8(code, out);
  }
  static void append_utf8(std::uint32_t code, std::string& out) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    const auto put_rest = [&](int shift) { put(0x80U | (code >> shift & 0x3FU)); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xC0U | code >> 6U);
      put_rest(0);
    } else if (code < 0x10000) {
      put(0xE0U | code >> 12U);
      put_rest(6);
      put_rest(0);
    } else {
      put(0xF0U | code >> 18U);
      put_rest(12);
      put_rest(6);
      put_rest(0);
    }
  }
};

/// `text` as a JSON string. What is no UTF-8 stays none: a reader will refuse it.
GDM_COLD [[nodiscard]] inline std::string json_string(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      out += {'\\', 'u', '0', '0', digits[byte >> 4U], digits[byte & 15U]};
    } else {
      if (c == '"' || c == '\\') {
        out += '\\';
      }
      out += c;
    }
  }
  return out + '"';
}

GDM_NAMESPACE_END
