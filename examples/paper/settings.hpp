// SPDX-License-Identifier: MIT
/// @file
/// @brief What the paper's experiments are run with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace paper {

struct Settings {
  std::set<std::string> figures;   ///< "3" .. "11", "bound", "best_of_n", "steps", "ood"
  std::set<std::string> problems;  ///< "CO", "MSR-3", "MSR-80", "NU", "BF-8x8", "PC-10"; none = all
  std::filesystem::path out = "paper_results";
  std::size_t seeds = 5;          ///< repetitions with data, initial weights and noise of their own
  double rows = 1;                ///< training rows, in units of the paper's
  std::size_t epochs = 0;         ///< of the models that are compared with each other; 0 = what each has by default
  std::size_t sweep_epochs = 20;  ///< of the models in the sweeps of Fig. 3, 5, 6 and 7
  std::size_t tests = 1000;       ///< test instances
  int threads = 1;

  std::vector<double> omegas{0, 0.5, 1, 2, 5, 20, 100, 500};
  std::vector<int> steps{2, 5, 10, 20, 50, 100};  ///< T of Fig. 5; each divides 100
  std::vector<double> p_unconds{0, 0.02, 0.1, 0.3, 0.6, 0.9};
  std::vector<std::size_t> best_of{1, 2, 4, 8, 16, 32, 64, 128, 256};
  std::vector<int> few_steps{1, 2, 3, 5, 10, 20};
  std::vector<double> sigmas{1.0001, 1.001, 1.01};

  /// All that decides the numbers: results of other settings are not mixed with these.
  [[nodiscard]] std::string text() const {
    return "rows x " + std::to_string(rows) + ", epochs " + (epochs == 0 ? "by default" : std::to_string(epochs)) +
           ", sweep epochs " + std::to_string(sweep_epochs) + ", tests " + std::to_string(tests);
  }
};

}  // namespace paper
