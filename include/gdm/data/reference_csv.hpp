// SPDX-License-Identifier: MIT
/// @file
/// @brief The data files of the paper's own code: three layouts of comma-separated values, one instance a line.
#pragma once

#include <cmath>
#include <filesystem>
#include <numbers>
#include <string>
#include <utility>

#include <gdm/data/csv.hpp>
#include <gdm/data/dataset.hpp>
#include <gdm/problem/computation_offloading.hpp>
#include <gdm/problem/sum_rate.hpp>

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
  /// @throws Error [GDM-R402] unless `good`
  void require(bool good, std::size_t column, const std::string& what, const std::string& expected) const {
    if (good) return;
    throw Error(Errc::file_format, where() + ", column " + std::to_string(column + 1),
                what + " is " + to_text(values_[column]) + " where " + expected,
                "Check that the file is in the reference's layout, and its budget; repair or remove the line");
  }
  void require_equal(double expected, double tolerance, std::size_t column, const std::string& what,
                     const std::string& source) const {
    require(std::abs(values_[column] - expected) <= tolerance, column, what, source + " gives " + to_text(expected));
  }

 private:
  const double* values_;
  std::size_t line_;
  const std::string& file_;
};

/// How a line of the reference's files becomes an instance of problem P. To read files of one's own with
/// `read_reference_csv`, specialise it with the two members that the ones below have:
/// | member                                                                  | meaning                              |
/// |-------------------------------------------------------------------------|--------------------------------------|
/// | `static constexpr std::size_t columns`                                  | numbers in a line                    |
/// | `static void read(const ReferenceRow&, double budget, Condition&, Solution&)` | fills both; complains through
/// the row |
template <class P>
struct ReferenceLayout;

/// g_1..g_M in 1/W, the optimal rate in bit/s/Hz, p_1..p_M in W. Budget: the total power in W.
template <int M, int TotalMilliwatt>
struct ReferenceLayout<SumRate<M, TotalMilliwatt>> {
  using P = SumRate<M, TotalMilliwatt>;
  static constexpr std::size_t columns = 2 * M + 1;

  static void read(const ReferenceRow& row, double budget, typename P::Condition& x, typename P::Solution& y) {
    constexpr std::size_t m = M;
    double power = 0;
    for (std::size_t i = 0; i < m; ++i) {
      row.require(row[i] >= 0, i, "gain g_" + std::to_string(i + 1), "a gain must not be negative");
      row.require(row[m + 1 + i] >= 0, m + 1 + i, "power p_" + std::to_string(i + 1), "a power must not be negative");
      x[static_cast<int>(i)] = row[i];
      y[static_cast<int>(i)] = row[m + 1 + i];
      power += row[m + 1 + i];
    }
    x[M] = budget;
    row.require(std::abs(power - budget) <= 1e-6 * budget, 2 * m, "the last power",
                "the powers add up to " + to_text(power) + " W and the budget is " + to_text(budget) + " W; it");
    const double rate = P::objective(x, y);
    row.require_equal(rate, 1e-6 * std::abs(rate), m, "the rate", "the sum over the line's gains and powers");
  }
};

/// Per node task s in bit, work c in cycles, local speed f in Hz, channel gain h, weights alpha and beta = 1 - alpha;
/// then the decisions as a number in binary, the first node being its highest digit; then the server shares y_1..y_K.
/// Budget: the server's speed F_t in Hz.
template <int K, class Completion>
struct ReferenceLayout<ComputationOffloading<K, Completion>> {
  using P = ComputationOffloading<K, Completion>;
  static_assert(K <= 50, "the decisions of more than 50 nodes do not fit into a number of double precision");
  static constexpr std::size_t columns = 7 * K + 1;

  static void read(const ReferenceRow& row, double budget, typename P::Condition& x, typename P::Solution& y) {
    constexpr std::size_t decision = 6 * K;
    const double most = std::exp2(K) - 1;
    row.require(row[decision] >= 0 && row[decision] <= most && std::floor(row[decision]) == row[decision], decision,
                "the decision", "an integer from 0 to " + to_text(most) + " is expected");
    const auto bits = static_cast<unsigned long long>(row[decision]);
    double sum = 0;
    for (int i = 0; i < K; ++i) {
      const std::size_t first = 6 * static_cast<std::size_t>(i), share = decision + 1 + static_cast<std::size_t>(i);
      const std::string node = " of node " + std::to_string(i + 1);
      for (int j = 0; j < 5; ++j) x[5 * i + j] = row[first + static_cast<std::size_t>(j)];
      row.require_equal(1 - row[first + 4], 1e-6, first + 5, "the energy weight beta" + node, "1 - alpha");
      const bool offloaded = (bits >> (K - 1 - i) & 1U) != 0;
      const std::string rule = offloaded ? "the decision sends its task to the server, which takes a share above 0"
                                         : "the decision keeps its task local, which takes a share of 0";
      row.require(offloaded ? row[share] > 0 : row[share] == 0, share, "the share" + node, rule);
      y[i] = row[share];
      sum += row[share];
    }
    x[5 * K] = budget;
    row.require(sum <= 1 + 1e-6, columns - 1, "the last share",
                "the shares add up to " + to_text(sum) + ", above 1; it");
  }
};

/// Reads a data file of the paper's own code, or one in the same layout. Labels are kept as they are.
/// @param budget  what the file does not carry: total power (W for SumRate, mW for NomaUav), or server speed in Hz
/// @throws Error [GDM-R401] if the file cannot be read, [GDM-R402] naming file, line and column of what is wrong in it,
///         [GDM-R202] naming file and line of an instance that is senseless, [GDM-R201] on a bad budget
template <Problem P>
[[nodiscard]] Dataset<P> read_reference_csv(const std::filesystem::path& path, double budget) {
  constexpr bool known = requires { ReferenceLayout<P>::columns; };
  static_assert(known,
                "[GDM-S91] read_reference_csv knows the files of SumRate, ComputationOffloading and NomaUav; for "
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
        throw Error(error.code(), row.where(), error.what(), "Repair or remove the line");
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
