// SPDX-License-Identifier: MIT
/// @file
/// @brief Turns lines of comma-separated values into a table of numbers, with line and column in every complaint.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gdm/data/byte_source.hpp>
#include <gdm/data/csv_field.hpp>
#include <gdm/data/file_kind.hpp>
#include <gdm/data/in_quotes.hpp>
#include <gdm/data/tensor.hpp>

GDM_NAMESPACE_BEGIN

/// Whether the first line names the columns.
enum class CsvHeader {
  none,     ///< it is a row of numbers
  present,  ///< it is skipped
  detect,   ///< it is skipped if every field is a name, and refused if it might be either: 0,1,2 or NA,NA,NA
};

struct CsvOptions {
  CsvHeader header = CsvHeader::none;
  char separator = ',';
  std::size_t columns = 0;  ///< columns that every row must have; 0: as many as the first row
};

/// Reads a table that comes in pieces. Blank lines are allowed at the end alone.
class CsvParser {
 public:
  static constexpr std::size_t longest_line = std::size_t{1} << 24U;  ///< bytes; no table of numbers has such lines

  /// @param name  what to call the text in messages
  CsvParser(std::string name, const CsvOptions& options)
      : name_(std::move(name)), options_(options), columns_(options.columns) {}

  /// Takes the next bytes of the text, a part of a line or many lines.
  /// @throws Error [GDM-R402] naming line and column of what cannot be read
  void add(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      if (rest_.size() + end > longest_line) {
        ++line_;
        throw Error(Errc::file_format, where(),
                    "no line ends within " + std::to_string(longest_line) + " bytes; it begins with " +
                        in_quotes(rest_.empty() ? text : std::string_view(rest_), 16),
                    "Give a text file with one instance a line");
      }
      if (end == text.size()) {
        rest_.append(text);
        if (line_ == 0 && rest_.size() >= recognisable_bytes) require_text(rest_);
        return;
      }
      if (rest_.empty()) {
        add_line(text.substr(0, end));
      } else {
        rest_.append(text.substr(0, end));
        add_line(std::exchange(rest_, {}));
      }
      text.remove_prefix(end + 1);
    }
  }

  /// The whole table.
  /// @throws Error as `add`; [GDM-R211] if there are no rows
  [[nodiscard]] xt::xtensor<double, 2> finish() {
    if (!rest_.empty()) add_line(std::exchange(rest_, {}));
    if (rows_ == 0) {
      throw Error(Errc::empty_data, name_, "there are no rows of numbers", "Give at least one row");
    }
    return allocate_for(name_, values_.size() * sizeof(double), [&] {
      xt::xtensor<double, 2> table;
      table.resize({rows_, columns_});
      std::copy(values_.begin(), values_.end(), table.data());
      return table;
    });
  }

  /// The line, counted from 1, that row 0 stands in.
  [[nodiscard]] std::size_t first_line() const noexcept { return first_line_; }

  /// Takes a line of its own.
  /// @param line  without its line feed
  void add_line(std::string_view line) {
    ++line_;
    if (line_ == 1) {
      require_text(line);
      if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);  // the mark that spreadsheets put before UTF-8
    }
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line_ == 1 && is_header(line)) return;
    if (rows_ > 0 && detail::trimmed(line).empty()) {
      if (blank_ == 0) blank_ = line_;
      return;
    }
    if (blank_ != 0) {
      line_ = blank_;
      throw fail(1, "an empty field", "Remove the empty line");
    }
    std::size_t column = 0;
    for (std::string_view rest = line; column == 0 || rest.data() != nullptr;) {
      const std::size_t end = std::min(rest.find(options_.separator), rest.size());
      ++column;
      if (rows_ > 0 || options_.columns > 0) require_column(column);
      push_back(number(rest.substr(0, end), column));
      rest = end < rest.size() ? rest.substr(end + 1) : std::string_view();
    }
    if (column < columns_) {
      throw Error(Errc::file_format, where(),
                  "a row of " + std::to_string(column) + " numbers where " + std::to_string(columns_) + " are expected",
                  "Give every row the same columns");
    }
    columns_ = column;
    if (rows_++ == 0) first_line_ = line_;
  }

 private:
  void push_back(double value) {
    if (values_.size() < values_.capacity()) {
      values_.push_back(value);
    } else {
      allocate_for(name_, 2 * values_.size() * sizeof(double), [&] { return values_.push_back(value), 0; });
    }
  }
  [[nodiscard]] std::string where(std::size_t column = 0) const {
    return name_ + ", line " + std::to_string(line_) + (column > 0 ? ", column " + std::to_string(column) : "");
  }
  [[nodiscard]] Error fail(std::size_t column, const std::string& found, std::string_view remedy) const {
    return {Errc::file_format, where(column), found, remedy};
  }
  void require_column(std::size_t column) const {
    if (column > columns_) {
      throw Error(Errc::file_format, where(column),
                  "a row of more than the expected " + std::to_string(columns_) + " numbers",
                  "Give every row the same columns");
    }
  }
  /// @param start  the first line, or the first bytes of it
  void require_text(std::string_view start) const {
    refuse_other_kinds(start, name_);
    if (start.size() > 9 && start.substr(4, 4) == std::string_view("\0\0\0\0", 4) && start[8] == '{') {
      throw Error(Errc::file_format, name_, "this is a safetensors file: a model, no table", "Give a CSV or NPY file");
    }
    if (start.size() > 1 && (start[0] == '\0' || start[1] == '\0')) {
      throw Error(Errc::file_format, name_,
                  start[0] == '\0' && start[1] == '\0' ? "it begins with bytes of zero: this is no text"
                                                       : "this is text in UTF-16, or no text at all",
                  "Save the table as UTF-8 or plain ASCII");
    }
  }
  /// Whether the first line is a header, by the options or by what its fields are.
  [[nodiscard]] bool is_header(std::string_view line) const {
    if (options_.header != CsvHeader::detect) return options_.header == CsvHeader::present;
    std::size_t fields = 0;
    bool names = true, counts = true;
    for (std::string_view rest = line; rest.data() != nullptr; ++fields) {
      const std::size_t end = std::min(rest.find(options_.separator), rest.size());
      const std::string_view field = rest.substr(0, end);
      names = names && detail::is_column_name(field);
      counts = counts && detail::trimmed(field) == std::to_string(fields);
      rest = end < rest.size() ? rest.substr(end + 1) : std::string_view();
    }
    if (counts && fields > 1) {
      throw Error(Errc::file_format, where(),
                  "it counts its columns, 0 to " + std::to_string(fields - 1) +
                      ", as pandas names columns without names; is it a header or an instance?",
                  "Say which: CsvOptions::header, or --header in the tools, present or none");
    }
    return names && fields > 0;
  }
  [[nodiscard]] double number(std::string_view field, std::size_t column) const {
    double value = 0;
    switch (detail::read_field(field, value)) {
      case detail::FieldKind::number:
        return value;
      case detail::FieldKind::empty:
        throw fail(column, "an empty field", "Give a number in every field, and no empty lines");
      case detail::FieldKind::not_finite:
        throw fail(column, in_quotes(field) + " is not a finite number of double precision",
                   "Remove or repair the row");
      case detail::FieldKind::other:
        break;
    }
    if (detail::is_complex(field)) {
      throw fail(column, in_quotes(field) + " is a complex number",
                 "Give its real and its imaginary part as two columns");
    }
    const std::string_view separator = detail::other_separator(field.substr(0, 1000));
    const std::string sign = options_.separator == ',' ? "commas" : in_quotes({&options_.separator, 1});
    if (!separator.empty()) {
      throw fail(column,
                 in_quotes(field) + " is not a number; " + std::string(separator) + " seem to separate the columns",
                 "Separate them by " + sign + ", or set CsvOptions::separator");
    }
    throw fail(column, in_quotes(field) + " is not a number",
               line_ == 1 && options_.header == CsvHeader::none
                   ? "Write numbers such as -1.5e3; if this line names the columns, read it with "
                     "{.header = gdm::CsvHeader::present}, or --header present in the tools"
               : line_ == 1 && options_.header == CsvHeader::detect
                   ? "Write numbers such as -1.5e3, without quotes or units; a header has a name for every column"
                   : "Write numbers such as -1.5e3, without quotes or units");
  }

  std::string name_;
  CsvOptions options_;
  std::vector<double> values_;
  std::string rest_;  ///< the start of a line whose end has not come yet
  std::size_t columns_;
  std::size_t rows_ = 0;
  std::size_t line_ = 0;
  std::size_t blank_ = 0;  ///< the first blank line behind the rows, if there is one
  std::size_t first_line_ = 0;
};

GDM_NAMESPACE_END
