// SPDX-License-Identifier: MIT
/// @file
/// @brief The data files of the paper's own code: three layouts of comma-separated values, one instance a line.
#pragma once

#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>

#include <gdm/data/csv.hpp>
#include <gdm/data/dataset.hpp>

GDM_NAMESPACE_BEGIN

/// One line of a file, with complaints that name file, line and column.
class ReferenceRow {
 public:
  ReferenceRow(const xt::xtensor<double, 2>& table, std::size_t row, const std::string& file)
      : values_(table.data() + row * table.shape(1)), line_(row + 1), file_(file) {}

  /// @param column  counted from 0
  double operator[](std::size_t column) const { return values_[column]; }

  [[nodiscard]] std::string where() const { return file_ + ", line " + std::to_string(line_); }

  /// @param column  counted from 0; named counted from 1
  /// @param rule    what holds for the number there in a good file: "must be 0 or more", say
  /// @throws Error [GDM-R402] unless `good`
  void require(bool good, std::size_t column, const std::string& what, const std::string& rule) const {
    if (!good) fail(column, what + " is " + to_text(values_[column]) + " and " + rule);
  }
  /// @throws Error [GDM-R402] always
  [[noreturn]] void fail(std::size_t column, const std::string& found) const {
    throw Error(Errc::file_format, where() + ", column " + std::to_string(column + 1), found,
                "Check that the file has the layout of this problem, and the budget; repair or remove the line");
  }

 private:
  const double* values_;
  std::size_t line_;
  const std::string& file_;
};

/// How a line of the reference's files becomes an instance of problem P. To read files of another problem, specialise
/// it with `static constexpr std::size_t columns`, the numbers in a line, and
/// `static void read(const ReferenceRow&, double budget, Condition&, Solution&)`, which fills the last two and
/// complains through the row.
template <class P>
struct ReferenceLayout;

/// Reads a data file of the paper's own code, or one in the same layout. Labels are kept as they are and accepted for
/// training: the layout tests each, by the tolerances of the program that wrote it. Those of NOMA-UAV keep half of the
/// SIC margin that `NomaUav` requires of an answer, and some hover outside the square.
/// @param budget  what the file does not carry: total power (W for SumRate, mW for NomaUav), or server speed in Hz
/// @throws Error [GDM-R401] if the file cannot be read, [GDM-R402] naming file, line and column of what is wrong in it,
///         [GDM-R202] naming file and line of an instance that is senseless, [GDM-R201] on a bad budget
template <Problem P>
[[nodiscard]] Dataset<P> read_reference_csv(const std::filesystem::path& path, double budget) {
  constexpr bool known = requires { ReferenceLayout<P>::columns; };
  static_assert(
      known,
      "[GDM-S93] read_reference_csv knows the files of SumRate, ComputationOffloading and NomaUav in raw units; for "
      "another problem specialise gdm::ReferenceLayout, or fill a gdm::Dataset from gdm::read_csv");
  if constexpr (known) {
    if (!(std::isfinite(budget) && budget > 0)) {
      throw Error(Errc::invalid_argument, "read_reference_csv budget", "it is " + to_text(budget),
                  "Give the total power or the server's speed, a positive number");
    }
    const std::string file = path.string();
    CsvOptions options;
    options.columns = ReferenceLayout<P>::columns;
    const xt::xtensor<double, 2> table = read_csv(path, options);
    Dataset<P> data;
    data.label_tolerance = std::numeric_limits<double>::infinity();
    data.conditions.resize({table.shape(0), static_cast<std::size_t>(ProblemTraits<P>::condition_size)});
    data.solutions.resize({table.shape(0), static_cast<std::size_t>(ProblemTraits<P>::solution_size)});
    for (std::size_t i = 0; i < table.shape(0); ++i) {
      const ReferenceRow row(table, i, file);
      typename P::Condition x;
      typename P::Solution y;
      ReferenceLayout<P>::read(row, budget, x, y);
      try {
        ProblemTraits<P>::validate(x);
      } catch (const Error& error) {
        throw error.within(row.where());
      }
      set_row(data.conditions, i, x);
      set_row(data.solutions, i, y);
    }
    return data;
  } else {
    return {};
  }
}

GDM_NAMESPACE_END
