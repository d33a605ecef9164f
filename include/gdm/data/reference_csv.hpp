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
#include <gdm/problem/noma_uav.hpp>
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

/// g_1..g_M in 1/W, the optimal rate in bit/s/Hz, p_1..p_M in W. Budget: the total power in W.
template <int M, int TotalMilliwatt>
struct ReferenceLayout<SumRate<M, TotalMilliwatt>> {
  using P = SumRate<M, TotalMilliwatt>;
  static constexpr std::size_t columns = 2 * M + 1;

  static void read(const ReferenceRow& row, double budget, typename P::Condition& x, typename P::Solution& y) {
    constexpr std::size_t m = M;
    double power = 0;
    for (std::size_t i = 0; i < m; ++i) {
      row.require(row[i] >= 0, i, "gain g_" + std::to_string(i + 1), "must be 0 or more");
      row.require(row[m + 1 + i] >= 0, m + 1 + i, "power p_" + std::to_string(i + 1), "must be 0 or more");
      x[static_cast<int>(i)] = row[i];
      y[static_cast<int>(i)] = row[m + 1 + i];
      power += row[m + 1 + i];
    }
    x[M] = budget;
    if (std::abs(power - budget) > 1e-6 * budget) {
      row.fail(2 * m, "the powers up to here add up to " + to_text(power) + " W and the budget is " + to_text(budget));
    }
    const double rate = P::objective(x, y);
    row.require(std::abs(row[m] - rate) <= 1e-6 * rate, m, "the rate", "gains and powers give " + to_text(rate));
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
                "the decision", "must be an integer from 0 to " + to_text(most));
    const auto bits = static_cast<unsigned long long>(row[decision]);
    double sum = 0;
    for (int i = 0; i < K; ++i) {
      const std::size_t first = 6 * static_cast<std::size_t>(i), share = decision + 1 + static_cast<std::size_t>(i);
      const std::string node = " of node " + std::to_string(i + 1);
      for (int j = 0; j < 5; ++j) x[5 * i + j] = row[first + static_cast<std::size_t>(j)];
      row.require(std::abs(row[first + 4] + row[first + 5] - 1) <= 1e-6, first + 5, "the energy weight beta" + node,
                  "must be 1 - alpha");
      const bool offloaded = (bits >> (K - 1 - i) & 1U) != 0;
      row.require(offloaded ? row[share] > 0 : row[share] == 0, share, "the share" + node,
                  offloaded ? "must be above 0, for the decision sends the task to the server"
                            : "must be 0, for the decision keeps the task local");
      y[i] = row[share];
      sum += row[share];
    }
    x[5 * K] = budget;
    if (sum > 1 + 1e-6) row.fail(columns - 1, "the shares up to here add up to " + to_text(sum) + ", above 1");
  }
};

/// x_1, y_1, .., x_K, y_K in m, the UAV's position in m, p_1..p_K in mW, the rate in nat/s/Hz. Budget: the total power
/// in mW. Only for the reference's raw units, in which the labels are optimal.
///
/// The labels lie on a grid of 1 m and 0.05 mW and keep a margin of 0.05 mW between the powers, half of what `NomaUav`
/// requires of a solution. Most lines are shifted, flipped and turned copies: there terminals and UAV may lie outside
/// the square, and the rate is right to 2e-4 only.
template <int K, class Completion, class Frame>
struct ReferenceLayout<NomaUav<K, ReferenceUnits, Completion, Frame>> {
  using P = NomaUav<K, ReferenceUnits, Completion, Frame>;
  static constexpr std::size_t columns = 3 * K + 3;

  static void read(const ReferenceRow& row, double budget, typename P::Condition& x, typename P::Solution& y) {
    constexpr std::size_t position = 2 * K, powers = position + 2, rate = powers + K;
    double power = 0;
    for (std::size_t j = 0; j < position; ++j) x[static_cast<int>(j)] = row[j];
    x[2 * K] = budget;
    for (std::size_t j = 0; j < K + 2; ++j) y[static_cast<int>(j)] = row[position + j];
    for (std::size_t j = powers; j < rate; ++j) {
      row.require(row[j] >= 0, j, "power p_" + std::to_string(j - powers + 1), "must be 0 or more");
      power += row[j];
    }
    if (std::abs(power - budget) > 1e-6 * budget) {
      row.fail(rate - 1,
               "the powers up to here add up to " + to_text(power) + " mW and the budget is " + to_text(budget));
    }
    const double expected = P::objective(x, y) * std::numbers::ln2;
    row.require(std::abs(row[rate] - expected) <= 1e-3 * expected, rate, "the rate",
                "position and powers give " + to_text(expected) + " nat/s/Hz");
  }
};

/// Reads a data file of the paper's own code, or one in the same layout. Labels are kept as they are.
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
