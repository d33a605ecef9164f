// SPDX-License-Identifier: MIT
/// @file
/// @brief Tables of numbers as comma-separated values: read with line and column in every complaint, written exactly.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <istream>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <gdm/data/atomic_file.hpp>
#include <gdm/data/byte_source.hpp>
#include <gdm/data/csv_table.hpp>

GDM_NAMESPACE_BEGIN

/// Reads a table of finite numbers: one row a line, ended by LF or CR LF, the last end being optional. Blanks around a
/// number and blank lines at the end are allowed; quotes, comments and other empty lines are not.
/// @param name  what to call the text in messages
/// @return rows x columns
/// @throws Error [GDM-R402] naming line and column, counted from 1, of what cannot be read; [GDM-R211] without rows
[[nodiscard]] inline xt::xtensor<double, 2> parse_csv(std::string_view text, std::string name,
                                                      const CsvOptions& options = {}) {
  CsvParser parser(std::move(name), options);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    parser.add_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parser.finish();
}

/// As `parse_csv`, from a stream such as `std::cin` or a pipe, to its end.
/// @throws Error [GDM-R401] if the stream fails, else as `parse_csv`
[[nodiscard]] inline xt::xtensor<double, 2> read_csv(std::istream& in, const std::string& name,
                                                     const CsvOptions& options = {}) {
  CsvParser parser(name, options);
  for (std::string line; std::getline(in, line);) {
    parser.add_line(line);
  }
  if (in.bad() || !in.eof()) {
    throw Error(Errc::file_io, name, "the stream could not be read to its end", "Check where it comes from");
  }
  return parser.finish();
}

/// As `parse_csv`, from a regular file, of which no more is held in memory than its numbers.
/// @throws Error [GDM-R401] if the file cannot be read, else as `parse_csv`
[[nodiscard]] inline xt::xtensor<double, 2> read_csv(const std::filesystem::path& path,
                                                     const CsvOptions& options = {}) {
  PosixFileSystem fs;
  FileSource source(fs, path);
  CsvParser parser(source.label(), options);
  std::array<char, 65536> piece;
  for (std::uint64_t rest = source.size(); rest > 0;) {
    const auto bytes = std::span(piece).first(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), rest)));
    source.read(std::as_writable_bytes(bytes));
    parser.add({bytes.data(), bytes.size()});
    rest -= bytes.size();
  }
  source.finish();
  return parser.finish();
}

/// The table as text: the shortest digits that read back as the very same numbers, lines ended by LF.
/// @param header  names of the columns, or nothing
/// @throws Error [GDM-R201] for a number that is not finite or a header that does not fit; [GDM-R211] for no numbers
[[nodiscard]] inline std::string csv_text(const xt::xtensor<double, 2>& table,
                                          std::span<const std::string> header = {}) {
  const std::size_t columns = table.shape(1);
  if (table.size() == 0) {
    throw Error(Errc::empty_data, "csv_text", "the table is empty", "Give at least one row and one column");
  }
  if (!header.empty() && header.size() != columns) {
    throw Error(Errc::invalid_argument, "csv_text",
                std::to_string(header.size()) + " names for " + std::to_string(columns) + " columns",
                "Give one name for each column, or none");
  }
  std::string text;
  for (const std::string& column : header) {
    if (column.empty() || column.find_first_of(",\"\r\n") != std::string::npos) {
      throw Error(Errc::invalid_argument, "csv_text", "the column name " + in_quotes(column),
                  "Give names without commas, quotes and line ends");
    }
    text += column + (&column == &header.back() ? '\n' : ',');
  }
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double value = table.data()[i];
    if (!has_finite_bits(value)) {
      throw Error(
          Errc::invalid_argument, "csv_text",
          "row " + std::to_string(i / columns) + ", column " + std::to_string(i % columns) + " is " + to_text(value),
          "Only finite numbers are written");
    }
    std::array<char, 32> digits;
    text.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
    text += (i + 1) % columns == 0 ? '\n' : ',';
  }
  return text;
}

/// Writes `csv_text` to a stream and makes sure that it has arrived.
/// @throws Error [GDM-R401] if the stream refuses it, else as `csv_text`
inline void write_csv(std::ostream& out, const xt::xtensor<double, 2>& table,
                      std::span<const std::string> header = {}) {
  if (!(out << csv_text(table, header) << std::flush)) {  // a full disk is reported no earlier
    throw Error(Errc::file_io, "write_csv", "the stream did not take the table", "Check the free space where it goes");
  }
}

/// Replaces the file at `path` by `csv_text`, as `write_output` does.
/// @throws Error [GDM-R401] if the file cannot be written, else as `csv_text`
inline void write_csv(const std::filesystem::path& path, const xt::xtensor<double, 2>& table,
                      std::span<const std::string> header = {}) {
  const std::string text = csv_text(table, header);
  write_output(path, std::as_bytes(std::span(text)));
}

GDM_NAMESPACE_END
