// SPDX-License-Identifier: MIT
/// @file
/// @brief Tables that the tools read and write: CSV or NPY, from files, pipes or standard input.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <gdm/data/csv.hpp>
#include <gdm/data/npy.hpp>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
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

/// Bytes from a file, a pipe or standard input, as they come.
class Input {
 public:
  /// @param path  "-" is standard input
  /// @throws gdm::Error [GDM-R401]
  explicit Input(const std::string& path) : name_(path == "-" ? "standard input" : path) {
    handle_ = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct ::stat status = {};
    if (handle_ < 0 || ::fstat(handle_, &status) != 0) fail(std::generic_category().message(errno));
    if (S_ISDIR(status.st_mode)) fail("it is a folder");
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input() {
    if (handle_ > STDIN_FILENO) ::close(handle_);
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  /// The next bytes, at most those of `room`; none at the end.
  std::string_view read(std::span<char> room) {
    for (;;) {
      const auto count = ::read(handle_, room.data(), room.size());
      if (count >= 0) return {room.data(), static_cast<std::size_t>(count)};
      if (errno != EINTR) fail(std::generic_category().message(errno));
    }
  }

 private:
  [[noreturn]] void fail(const std::string& found) const {
    throw gdm::Error(gdm::Errc::file_io, name_, "it cannot be read: " + found,
                     "Give a CSV or NPY file, a pipe, or - for standard input");
  }

  std::string name_;
  int handle_ = -1;
};

/// Reads `path`, or standard input for "-"; the first bytes tell an NPY file from CSV.
/// @param header  whether the first line of a CSV names the columns
/// @throws gdm::Error naming file, line and column
inline TableFile read_table(const std::string& path, gdm::CsvHeader header = gdm::CsvHeader::detect) {
  Input input(path);
  std::vector<char> room(65536);
  std::string start;
  while (start.size() < 6) {
    const std::string_view more = input.read(room);
    if (more.empty()) break;
    start += more;
  }
  if (start.starts_with("\x93NUMPY") || (path.ends_with(".npy") && !start.empty())) {
    std::error_code ignored;
    if (path != "-" && std::filesystem::is_regular_file(path, ignored))
      return {.values = gdm::read_npy(path), .name = input.name()};
    std::string& bytes = start;
    for (std::string_view more = input.read(room); !more.empty(); more = input.read(room))
      gdm::allocate_for(input.name(), bytes.size() + more.size(), [&] { return bytes.append(more).size(); });
    return {.values = gdm::parse_npy(std::as_bytes(std::span(bytes)), input.name()), .name = input.name()};
  }
  gdm::CsvParser parser(input.name(), {.header = header});
  parser.add(start);
  for (std::string_view more = input.read(room); !more.empty(); more = input.read(room)) parser.add(more);
  auto values = parser.finish();
  return {.values = std::move(values), .name = input.name(), .first_line = parser.first_line()};
}

/// Writes `table` to `path`, as NPY if it ends in .npy, else as CSV; "-" is standard output. A pipe or a device is
/// written to, a file is replaced in one step.
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
