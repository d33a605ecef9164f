// SPDX-License-Identifier: MIT
/// @file
/// @brief The smallest program that trains and solves: what a user waits for at every compilation (see run.sh).
#include <gdm/gdm.hpp>

int main() {
  gdm::GdmOptimizer<gdm::MsrProblem> optimizer;
  optimizer.train(gdm::generate<gdm::MsrProblem>(1000, 1), {.seed = 1});
  return optimizer.solve({1.0, 2.0, 0.5, 10.0})[0] > 0 ? 0 : 1;
}
