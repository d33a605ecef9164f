// SPDX-License-Identifier: MIT
/// @file
/// @brief The smallest program that loads and solves (see run.sh).
#include <gdm/problems/sum_rate/defaults.hpp>
#include <gdm/solve.hpp>

int main(int, char** arguments) {
  const auto solver = gdm::GdmSolver<gdm::MsrProblem>::load(arguments[1]);
  return solver.solve({1.0, 2.0, 0.5, 10.0})[0] > 0 ? 0 : 1;
}
