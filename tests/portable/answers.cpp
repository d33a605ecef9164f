// SPDX-License-Identifier: MIT
/// @file
/// @brief answers FOLDER ANSWERS [REFINE]: the objectives of the answers of the model files that `models` wrote, one a line. Where
/// ANSWERS is there, from another kind of processor, it is compared with instead: 1e-8 relative is allowed.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gdm/data/csv.hpp>
#include <gdm/solve.hpp>

#include "problems.hpp"

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::size_t refine = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 0;
  const std::filesystem::path folder = argv[1];
  const bool compare = std::filesystem::exists(argv[2]);
  std::fstream file(argv[2], compare ? std::ios::in : std::ios::out);
  file.precision(17);
  bool good = true;
  portable::for_each_problem([&]<class P>(const std::string& name, std::size_t, std::size_t) {
    const auto solver = gdm::GdmSolver<P>::load(folder / (name + ".safetensors"));
    const auto conditions = gdm::read_csv(folder / (name + ".csv"));
    double largest = 0.0;
    int equal = 0, beyond = 0;
    const std::size_t rows = conditions.shape(0);
    for (std::size_t i = 0; i < rows; ++i) {
      const auto x = gdm::row_of<typename P::Condition>(conditions, i);
      const double f = P::objective(x, solver.solve(x, {.refine = refine, .seed = i}));
      if (!compare) {
        file << f << '\n';
        continue;
      }
      double expected = 0.0;
      file >> expected;
      const double difference = std::abs(f - expected) / std::abs(expected);
      equal += f == expected ? 1 : 0;
      beyond += difference <= 1e-8 ? 0 : 1;
      largest = std::max(largest, difference);
    }
    if (compare)
      std::printf("%-16s %zu answers, %d equal, largest relative difference of objectives %.1e, %d beyond 1e-8\n",
                  name.c_str(), rows, equal, largest, beyond);
    good = good && beyond == 0 && file.good();
  });
  return good ? 0 : 1;
}
