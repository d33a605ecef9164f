// SPDX-License-Identifier: MIT
/// @file
/// @brief What the examples print: headings, aligned tables, numbers with few digits.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace example {

/// `printf` into a string.
template <class... Values>
[[nodiscard]] std::string text(const char* format, Values... values) {
  std::string out(static_cast<std::size_t>(std::snprintf(nullptr, 0, format, values...)) + 1, '\0');
  std::snprintf(out.data(), out.size(), format, values...);
  out.pop_back();
  return out;
}

/// A gap with two digits; rounding may leave an answer a few units in the last place better than its optimum.
[[nodiscard]] inline std::string gap_text(double gap) {
  return gap == 0 || (gap < 0 && gap > -1e-12) ? "0" : text("%.1e", gap);
}

inline void heading(const std::string& title) { std::printf("\n%s\n", title.c_str()); }

/// Columns as wide as their widest cell: the first one flush left, the others flush right.
class Table {
 public:
  explicit Table(std::vector<std::string> header) { rows_.push_back(std::move(header)); }

  void add(std::vector<std::string> row) {
    row.resize(rows_.front().size());
    rows_.push_back(std::move(row));
  }

  void print() const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_)
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    std::size_t total = 0;
    for (const std::size_t width : widths) total += width + 3;
    for (const auto& row : rows_) {
      std::printf("  %-*s", static_cast<int>(widths[0]), row[0].c_str());
      for (std::size_t i = 1; i < row.size(); ++i) std::printf("   %*s", static_cast<int>(widths[i]), row[i].c_str());
      std::printf("\n");
      if (&row == &rows_.front()) std::printf("  %s\n", std::string(total - 3, '-').c_str());
    }
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace example
