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

template <int N, int K>
struct Columns<gdm::Beamforming<N, K>> {
  static std::vector<std::string> condition() {
    auto names = parts("h");
    for (const auto& a : numbered("a", K)) names.push_back(a);
    names.push_back("P");
    return names;
  }
  static std::vector<std::string> solution() { return parts("w"); }

 private:
  static std::vector<std::string> parts(const std::string& name) {
    std::vector<std::string> names;
    for (int k = 1; k <= K; ++k)
      for (int n = 1; n <= N; ++n)
        for (const char* part : {"re_", "im_"})
          names.push_back(part + name + "_" + std::to_string(k) + "_" + std::to_string(n));
    return names;
  }
};

template <int K>
struct Columns<gdm::PowerControl<K>> {
  static std::vector<std::string> condition() {
    std::vector<std::string> names;
    for (int i = 1; i <= K; ++i)
      for (const auto& g : numbered("g_" + std::to_string(i), K)) names.push_back(g);
    for (const char* what : {"a", "P"})
      for (const auto& name : numbered(what, K)) names.push_back(name);
    return names;
  }
  static std::vector<std::string> solution() { return numbered("p", K); }
};

/// Fewer users, antennas or links: users and antennas with channels of zeros, links with an own gain of 0.
using Cell = gdm::Beamforming<8, 8>;
using Links = gdm::PowerControl<10>;

inline const std::vector<std::string> problem_names{"msr", "msr80", "co", "nu", "beamforming-8x8", "power-control-10"};

/// Calls `f.template operator()<P>()` for the problem of that name.
template <class F>
int with_problem(const std::string& name, const F& f) {
  if (name == "msr") return f.template operator()<gdm::MsrProblem>();
  if (name == "msr80") return f.template operator()<gdm::Msr80Problem>();
  if (name == "co") return f.template operator()<gdm::CoProblem>();
  if (name == "beamforming-8x8") return f.template operator()<Cell>();
  if (name == "power-control-10") return f.template operator()<Links>();
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
    "  nu       x_1 y_1 x_2 y_2 x_3 y_3 (m), P (total power, mW)        u_x u_y (m), p_1 p_2 p_3 (mW)\n"
    "  beamforming-8x8 (antennas x users):\n"
    "           per user, per antenna re and im of the channel          per user, per antenna re and\n"
    "           over the noise (1/sqrt(W)); weights a_k; P (total, W)   im of the beam (sqrt(W))\n"
    "  power-control-10:\n"
    "           g_i_j from transmitter j to receiver i over the         p_1 .. p_10 (W)\n"
    "           noise (1/W), row by row; weights a_i; limits P_i (W)\n"
    "Users and antennas with channels of zeros and links with g_i_i = 0 are absent and get 0.\n";

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
