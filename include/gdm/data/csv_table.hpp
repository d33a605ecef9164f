// SPDX-License-Identifier: MIT
/// @file
/// @brief Turns lines of comma-separated values into a table of numbers, with line and column in every complaint.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <gdm/data/byte_source.hpp>
#include <gdm/data/checked.hpp>
#include <gdm/data/in_quotes.hpp>
#include <gdm/data/tensor.hpp>

GDM_NAMESPACE_BEGIN

/// Whether the first line names the columns.
enum class CsvHeader {
  none,     ///< it is a row of numbers
  present,  ///< it is skipped
  detect,   ///< it is skipped if none of its fields begins with a number
};

struct CsvOptions {
  CsvHeader header = CsvHeader::none;
  char separator = ',';
  std::size_t columns = 0;  ///< columns that every row must have; 0: as many as the first row
};

namespace detail {

/// Takes the lines of a table one after the other.
class CsvTable {
 public:
  CsvTable(std::string name, const CsvOptions& options)
      : name_(std::move(name)), options_(options), columns_(options.columns) {}

  /// @param line  without its line feed
  void add(std::string_view line) {
    ++line_;
    if (line_ == 1 && line.starts_with("\xEF\xBB\xBF")) {
      line.remove_prefix(3);  // the byte order mark that spreadsheets put before UTF-8
    }
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (line_ == 1 && is_header(line)) {
      return;
    }
    std::size_t column = 0;
    for (std::string_view rest = line; column == 0 || rest.data() != nullptr;) {
      const std::size_t end = std::min(rest.find(options_.separator), rest.size());
      ++column;
      if (rows_ > 0 || options_.columns > 0) {
        require_column(column);
      }
      values_.push_back(number(rest.substr(0, end), column));
      rest = end < rest.size() ? rest.substr(end + 1) : std::string_view();
    }
    if (column < columns_) {
      throw Error(Errc::file_format, where(),
                  "a row of " + std::to_string(column) + " numbers where " + std::to_string(columns_) + " are expected",
                  "Give every row the same columns");
    }
    columns_ = column;
    ++rows_;
  }

  [[nodiscard]] xt::xtensor<double, 2> finish() const {
    if (rows_ == 0) {
      throw Error(Errc::empty_data, name_, "there are no rows of numbers", "Give at least one row");
    }
    return allocate_for(name_, values_.size() * sizeof(double), [&] {
      xt::xtensor<double, 2> table;
      table.resize({rows_, columns_});
      std::ranges::copy(values_, table.data());
      return table;
    });
  }

 private:
  [[nodiscard]] std::string where(std::size_t column = 0) const {
    return name_ + ", line " + std::to_string(line_) + (column > 0 ? ", column " + std::to_string(column) : "");
  }
  void require_column(std::size_t column) const {
    if (column > columns_) {
      throw Error(Errc::file_format, where(column),
                  "a row of more than the expected " + std::to_string(columns_) + " numbers",
                  "Give every row the same columns");
    }
  }
  static std::string_view trimmed(std::string_view field) {
    const std::size_t begin = std::min(field.find_first_not_of(" \t"), field.size());
    return field.substr(begin, field.find_last_not_of(" \t") + 1 - begin);
  }
  [[nodiscard]] bool is_header(std::string_view line) const {
    if (options_.header != CsvHeader::detect) {
      return options_.header == CsvHeader::present;
    }
    double value = 0;
    for (std::string_view rest = line;;) {
      const std::string_view field = trimmed(rest.substr(0, rest.find(options_.separator)));
      const bool is_number =
          std::from_chars(field.data(), field.data() + field.size(), value).ec != std::errc::invalid_argument;
      if (is_number || field.empty()) {
        return false;
      }
      const std::size_t end = rest.find(options_.separator);
      if (end == std::string_view::npos) {
        return true;
      }
      rest.remove_prefix(end + 1);
    }
  }
  [[nodiscard]] double number(std::string_view field, std::size_t column) const {
    std::string_view text = trimmed(field);
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') {
      text.remove_prefix(1);  // from_chars takes no plus sign
    }
    const auto fail = [&](const std::string& found, std::string_view remedy) {
      return Error(Errc::file_format, where(column), found, remedy);
    };
    if (text.empty()) {
      throw fail("an empty field", "Give a number in every field, and no empty lines");
    }
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
      throw fail(in_quotes(field) + " is not a number",
                 line_ == 1 && options_.header == CsvHeader::none
                     ? "Write numbers such as -1.5e3; if this line names the columns, set CsvOptions::header"
                     : "Write numbers such as -1.5e3, without quotes or units");
    }
    if (error != std::errc() || !has_finite_bits(value)) {
      throw fail(in_quotes(field) + " is not a finite number of double precision", "Remove or repair the row");
    }
    return value;
  }

  std::string name_;
  CsvOptions options_;
  std::vector<double> values_;
  std::size_t columns_;
  std::size_t rows_ = 0;
  std::size_t line_ = 0;
};

}  // namespace detail

GDM_NAMESPACE_END
