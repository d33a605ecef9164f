// SPDX-License-Identifier: MIT
/// @file
/// @brief The list of experiments to run, and the function of each problem that adds its own.
#pragma once

#include <functional>
#include <vector>

#include "results.hpp"
#include "settings.hpp"

namespace paper {

/// One experiment, not run yet.
struct Cell {
  CellKey key;
  double cost = 1;  ///< expected work, for the time left
  std::function<Metrics()> run;
};

/// Adds the experiments of one problem, seed by seed.
void plan_co(const Settings& settings, std::vector<Cell>& plan);
void plan_msr3(const Settings& settings, std::vector<Cell>& plan);
void plan_msr80(const Settings& settings, std::vector<Cell>& plan);
void plan_nu(const Settings& settings, std::vector<Cell>& plan);
void plan_beams(const Settings& settings, std::vector<Cell>& plan);
void plan_links(const Settings& settings, std::vector<Cell>& plan);

/// The paper's, all of which have one optimum that cheap methods find, and two with many.
inline const std::vector<std::string> problems{"CO", "MSR-3", "MSR-80", "NU"}, many_optima{"BF-8x8", "PC-10"};

}  // namespace paper
