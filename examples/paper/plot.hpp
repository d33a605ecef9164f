// SPDX-License-Identifier: MIT
/// @file
/// @brief Pictures with several panels whose horizontal axis counts settings.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace paper {

/// One line of a panel. A point that is NaN is left out.
struct Series {
  std::string name;
  int colour = 0;  ///< of the palette of support/plot.hpp
  bool dashed = false;
  std::vector<double> y, low, high;  ///< at x = 0, 1, ..; `low` and `high` may be empty
};

struct Panel {
  std::string title, x_label, y_label;
  std::vector<std::string> ticks;  ///< labels of x = 0, 1, ..; empty = the numbers themselves
  bool logarithmic = true;
  bool lines = true;  ///< join the points
  std::vector<Series> series;
};

/// Draws the panels, `columns` side by side, below one legend: that of the panel with most series.
/// @return false, after one line on standard error, when gnuplot is missing or fails
bool draw(const std::filesystem::path& svg, const std::vector<Panel>& panels, std::size_t columns);

}  // namespace paper
