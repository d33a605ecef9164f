// SPDX-License-Identifier: MIT
/// @file
/// @brief What a field of a CSV file is: a number, a name, or neither. Header and values are judged by the same rules.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>

#include <gdm/data/checked.hpp>
#include <gdm/data/in_quotes.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

[[nodiscard]] inline std::string_view trimmed(std::string_view text, std::string_view blanks = " \t") {
  const std::size_t begin = std::min(text.find_first_not_of(blanks), text.size());
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

enum class FieldKind {
  number,      ///< finite, of double precision
  not_finite,  ///< reads as a number that is infinite, not a number, or out of range
  empty,
  other,
};

/// The one definition of what is a number: blanks, a sign or none, decimal digits with or without point and exponent.
/// @param[out] value  of a number
[[nodiscard]] inline FieldKind read_field(std::string_view field, double& value) {
  std::string_view text = trimmed(field);
  if (text.empty()) return FieldKind::empty;
  if (text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return FieldKind::other;
  return error == std::errc() && has_finite_bits(value) ? FieldKind::number : FieldKind::not_finite;
}

/// Whether a field is a complex number as Python or MATLAB writes it: 1+2j, (1.5e-3-2e0j), 3i.
[[nodiscard]] inline bool is_complex(std::string_view field) {
  const std::string_view text = trimmed(field, " \t()");
  if (text.size() < 2 || std::string_view("ijIJ").find(text.back()) == std::string_view::npos) return false;
  const auto among = [](char c, std::string_view signs) { return signs.find(c) != std::string_view::npos; };
  return among(text.front(), "0123456789.+-") && among(text[text.size() - 2], "0123456789.") &&
         text.find_first_not_of("0123456789.eE+-") == text.size() - 1;
}

/// Whether a field may be the name of a column: it begins with a letter (after quotes or the mark of a comment), or is
/// an ordinal such as 1st or 2_gain. Words for a missing value are no names, nor is a number in quotes or with a unit:
/// a first line of those is a damaged instance, and must not vanish as if it were a header.
[[nodiscard]] inline bool is_column_name(std::string_view field) {
  std::string_view text = trimmed(field, " \t\"'#%");
  double ignored = 0;
  if (text.empty() || read_field(text, ignored) != FieldKind::other || is_complex(text)) return false;
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  };
  const std::string lower = lower_case(text);
  for (const std::string_view missing : {"na", "n/a", "null", "none", "nil", "missing", "undefined"})
    if (lower == missing) return false;
  if (is_letter(text[0])) return true;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits > 0) {
    const std::string_view rest = std::string_view(lower).substr(digits);
    return rest.starts_with('_') || rest.starts_with("st") || rest.starts_with("nd") || rest.starts_with("rd") ||
           rest.starts_with("th");
  }
  return std::string_view("|([{$\\/<@").find(text[0]) != std::string_view::npos &&
         std::any_of(text.begin(), text.end(), is_letter);
}

/// What stands between the numbers of a field that is none, if it is a separator: "tabs", say; empty if it is not.
[[nodiscard]] inline std::string_view other_separator(std::string_view field) {
  struct Separator {
    char sign;
    std::string_view name;
  };
  constexpr std::array signs = {Separator{'\t', "tabs"}, Separator{';', "semicolons"}, Separator{'|', "bars"},
                                Separator{' ', "spaces"}, Separator{',', "commas"}};
  const std::string_view text = trimmed(field);
  double value = 0;
  for (const Separator& s : signs) {
    const std::size_t at = text.find(s.sign);
    if (at == std::string_view::npos) continue;
    const std::string_view first = text.substr(0, at);
    if (read_field(first, value) == FieldKind::number || is_column_name(first)) return s.name;
  }
  return {};
}

}  // namespace detail
GDM_NAMESPACE_END
