// SPDX-License-Identifier: MIT
/// @file
/// @brief Tables that the tools read and write: CSV or NPY files, or a pipe.
#pragma once

#include <algorithm>
#include <filesystem>
#include <gdm/data/csv.hpp>
#include <gdm/data/npy.hpp>
#include <iostream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

namespace example {

/// A table and the names of its rows.
struct TableFile {
  xt::xtensor<double, 2> values;
  std::string name;            ///< of the file
  std::size_t first_line = 0;  ///< line of row 0 in a CSV file; 0: an NPY file, whose rows count from 0

  [[nodiscard]] std::string where(std::size_t row) const {
    return first_line > 0 ? name + ", line " + std::to_string(row + first_line) : name + ", row " + std::to_string(row);
  }
};

/// Reads `path`: NPY if it ends in .npy, else CSV; "-" is standard input, where the first bytes tell which.
/// A first line without numbers names the columns and is skipped.
/// @throws gdm::Error naming file, line and column
inline TableFile read_table(const std::string& path) {
  const auto csv = [](const std::string& text, const std::string& name) {
    TableFile file{.values = gdm::parse_csv(text, name, {.header = gdm::CsvHeader::detect}), .name = name};
    const auto ends = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    const std::size_t lines = ends + (text.ends_with('\n') ? 0 : 1);
    file.first_line = 1 + lines - file.values.shape(0);
    return file;
  };
  if (path == "-") {
    const std::string bytes{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
    const std::string name = "standard input";
    if (!bytes.starts_with("\x93NUMPY")) return csv(bytes, name);
    return {.values = gdm::parse_npy(std::as_bytes(std::span(bytes)), name), .name = name};
  }
  if (path.ends_with(".npy")) return {.values = gdm::read_npy(path), .name = path};
  gdm::PosixFileSystem fs;
  gdm::FileSource source(fs, path);
  std::string text(static_cast<std::size_t>(source.size()), '\0');
  source.read(std::as_writable_bytes(std::span(text)));
  source.finish();
  return csv(text, path);
}

/// Writes `table` to `path` as NPY or CSV like `read_table`; "-" is standard output, as CSV.
/// @throws gdm::Error if it does not arrive there
inline void write_table(const std::string& path, const xt::xtensor<double, 2>& table,
                        const std::vector<std::string>& header) {
  if (path == "-") {
    gdm::write_csv(std::cout, table, header);
  } else if (path.ends_with(".npy")) {
    gdm::write_npy(std::filesystem::path(path), table);
  } else {
    gdm::write_csv(std::filesystem::path(path), table, header);
  }
}

}  // namespace example
