// SPDX-License-Identifier: MIT
/// @file
/// @brief Reads a short text from front to back and names the byte at which it is not what it should be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include <gdm/core/error.hpp>
#include <gdm/data/in_quotes.hpp>

GDM_NAMESPACE_BEGIN

/// What the readers of headers share.
class TextReader {
 public:
  /// @param where   named in messages
  /// @param blanks  characters without meaning between others
  /// @param remedy  what to do about a text that cannot be read
  TextReader(std::string_view text, std::string where, std::string_view blanks, std::string_view remedy)
      : rest_(text), size_(text.size()), where_(std::move(where)), blanks_(blanks), remedy_(remedy) {}

  /// What has not been read yet.
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
  /// @pre there are `count` bytes
  void skip(std::size_t count) { rest_.remove_prefix(count); }
  void skip_blanks() {
    while (!rest_.empty() && blanks_.find(rest_.front()) != std::string_view::npos) {
      skip(1);
    }
  }

  /// Reads `text` if it comes next, after blanks or none.
  [[nodiscard]] bool accept(std::string_view text) {
    skip_blanks();
    const bool found = rest_.starts_with(text);
    skip(found ? text.size() : 0);
    return found;
  }
  GDM_COLD void expect(std::string_view text) {
    if (!accept(text)) {
      fail((rest_.empty() ? "the end" : in_quotes(rest_.substr(0, 1))) + " where '" + std::string(text) +
           "' should be");
    }
  }
  /// Reads an integer from 0 to 2^64 - 1 in decimal digits.
  [[nodiscard]] std::uint64_t integer() {
    constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
    skip_blanks();
    std::uint64_t value = 0;
    std::size_t digits = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
      const auto digit = static_cast<std::uint64_t>(rest_[digits] - '0');
      if (value > (largest - digit) / 10) {
        fail("an integer above 2^64 - 1");
      }
      value = 10 * value + digit;
    }
    if (digits == 0 || (digits > 1 && rest_.starts_with('0'))) {
      fail("no integer from 0 to 2^64 - 1");
    }
    skip(digits);
    return value;
  }
  /// Refuses anything but blanks after what was read.
  GDM_COLD void finish() {
    skip_blanks();
    if (!rest_.empty()) {
      fail("more after the end");
    }
  }

  /// Names the part that is being read.
  GDM_COLD void set_where(std::string where) { where_ = std::move(where); }

  /// @throws Error [GDM-R402] always
  [[noreturn]] void fail(std::string_view found, std::string_view remedy = {}) const {
    throw Error(Errc::file_format, where_,
                "byte " + std::to_string(size_ - rest_.size()) + " of the header: " + std::string(found),
                remedy.empty() ? remedy_ : remedy);
  }

 private:
  std::string_view rest_;
  std::size_t size_;
  std::string where_;
  std::string_view blanks_;
  std::string_view remedy_;
};

GDM_NAMESPACE_END
