// SPDX-License-Identifier: MIT
/// @file
/// @brief The problems that the command-line tools know: their names and their columns.
#pragma once

#include <gdm/gdm.hpp>
#include <string>
#include <vector>

namespace example {

/// Names of the columns of conditions and solutions.
template <class P>
struct Columns;

inline std::vector<std::string> numbered(const std::string& name, int count) {
  std::vector<std::string> names;
  for (int i = 1; i <= count; ++i) names.push_back(name + "_" + std::to_string(i));
  return names;
}

template <int M, int W>
struct Columns<gdm::SumRate<M, W>> {
  static std::vector<std::string> condition() {
    auto names = numbered("g", M);
    names.push_back("W");
    return names;
  }
  static std::vector<std::string> solution() { return numbered("p", M); }
};

template <int K>
struct Columns<gdm::ComputationOffloading<K>> {
  static std::vector<std::string> condition() {
    std::vector<std::string> names;
    for (int i = 1; i <= K; ++i)
      for (const char* what : {"s", "c", "f", "h", "alpha"}) names.push_back(what + ("_" + std::to_string(i)));
    names.push_back("F_t");
    return names;
  }
  static std::vector<std::string> solution() { return numbered("y", K); }
};

template <int K>
struct Columns<gdm::NomaUav<K>> {
  static std::vector<std::string> condition() {
    std::vector<std::string> names;
    for (int i = 1; i <= K; ++i)
      for (const char* what : {"x", "y"}) names.push_back(what + ("_" + std::to_string(i)));
    names.push_back("P");
    return names;
  }
  static std::vector<std::string> solution() {
    std::vector<std::string> names{"u_x", "u_y"};
    for (const auto& p : numbered("p", K)) names.push_back(p);
    return names;
  }
};

inline const std::vector<std::string> problem_names{"msr", "msr80", "co", "nu"};

/// Calls `f.template operator()<P>()` for the problem of that name.
template <class F>
int with_problem(const std::string& name, const F& f) {
  if (name == "msr") return f.template operator()<gdm::MsrProblem>();
  if (name == "msr80") return f.template operator()<gdm::Msr80Problem>();
  if (name == "co") return f.template operator()<gdm::CoProblem>();
  return f.template operator()<gdm::NuProblem>();
}

/// For --help: what stands in the files.
inline constexpr const char* layouts =
    "Columns (one instance a row; CSV with or without a line of names, or a NumPy .npy file):\n"
    "  problem  condition                                               solution\n"
    "  msr      g_1 g_2 g_3 (1/W), W (total power, W)                   p_1 p_2 p_3 (W)\n"
    "  msr80    g_1 .. g_80 (1/W), W (total power, W)                   p_1 .. p_80 (W)\n"
    "  co       per node s (bit) c (cycles) f (Hz) h alpha,             y_1 y_2 y_3 (shares of\n"
    "           three nodes; then F_t (server, Hz)                      the server, 0 = local)\n"
    "  nu       x_1 y_1 x_2 y_2 x_3 y_3 (m), P (total power, mW)        u_x u_y (m), p_1 p_2 p_3 (mW)\n";

inline constexpr const char* exit_codes =
    "Exit code: 0 = done, 1 = a file or a number in it is not as it should be (the message names file and line),\n"
    "2 = the command line is wrong.\n";

/// Refuses the first row whose condition makes no sense, by file and line.
template <class P, class Table>
void require_conditions(const xt::xtensor<double, 2>& conditions, const Table& file) {
  for (std::size_t i = 0; i < conditions.shape(0); ++i) {
    try {
      gdm::ProblemTraits<P>::validate(gdm::row_of<typename P::Condition>(conditions, i));
    } catch (const gdm::Error& error) {
      throw error.within(file.where(i));
    }
  }
}

}  // namespace example
