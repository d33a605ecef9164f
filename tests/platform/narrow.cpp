// SPDX-License-Identifier: MIT
/// @file
/// @brief What a 32-bit processor's compiler must take without a warning: training, solving and the readers.
#include <gdm/data/csv.hpp>
#include <gdm/data/npy.hpp>
#include <gdm/gdm.hpp>

int main() {
  const auto data = gdm::generate<gdm::MsrProblem>(256, 1);
  gdm::GdmOptimizer<gdm::MsrProblem> optimizer;
  optimizer.train(data, {.epochs = 2, .batch_size = 64, .seed = 1});
  const auto y = optimizer.solve(data.condition(0), {.samples = 4, .seed = 1});
  gdm::write_csv("narrow.csv", data.conditions);
  gdm::write_npy("narrow.npy", data.conditions);
  const bool same = gdm::read_npy("narrow.npy") == data.conditions && gdm::read_csv("narrow.csv") == data.conditions;
  return same && gdm::MsrProblem::violation(data.condition(0), y) <= 1e-9 ? 0 : 1;
}
