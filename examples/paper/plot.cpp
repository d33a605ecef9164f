// SPDX-License-Identifier: MIT
#include "plot.hpp"

#include <algorithm>
#include <cstdio>

#include "../support/plot.hpp"

namespace paper {
namespace {

constexpr double least_gap = 1e-12;  // the error of the optima

example::Panel panel_of(const Panel& panel) {
  example::Panel result{.title = panel.title,
                        .x_label = panel.x_label,
                        .y_label = panel.y_label,
                        .log_y = panel.logarithmic,
                        .legend = "off"};
  std::size_t points = 0;
  for (std::size_t k = 0; k < panel.series.size(); ++k) {
    const Series& s = panel.series[k];
    points = std::max(points, s.y.size());
    example::Curve curve{.name = s.name,
                         .y = s.y,
                         .colour = s.colour,
                         .dashed = s.dashed,
                         .points = !s.dashed,
                         .line = panel.lines,
                         .symbol = s.low.empty() ? 7 : 5 + 2 * (s.colour % 4),
                         .size = s.low.empty() ? 0.3 : 0.7,
                         .low = s.low,
                         .high = s.high};
    for (std::size_t i = 0; i < s.y.size(); ++i) {
      curve.x.push_back(static_cast<double>(i));
      if (panel.logarithmic && s.y[i] < 10 * least_gap) result.least = least_gap;
    }
    result.curves.push_back(curve);
  }
  result.more = "set xrange [-0.5:" + std::to_string(points) + "-0.5]";
  if (!panel.ticks.empty()) {
    const bool turned = std::any_of(panel.ticks.begin(), panel.ticks.end(), [](const auto& t) { return t.size() > 6; });
    result.more += turned ? "; set xtics rotate by -35 left (" : "; set xtics (";
    for (std::size_t i = 0; i < panel.ticks.size(); ++i)
      result.more += (i == 0 ? "" : ", ") + example::detail::quoted(panel.ticks[i]) + " " + std::to_string(i);
    result.more += ") noenhanced";
  }
  return result;
}

}  // namespace

bool draw(const std::filesystem::path& svg, const std::vector<Panel>& panels, std::size_t columns) {
  std::vector<example::Panel> drawn;
  std::size_t most = 0, named = 0;
  bool turned = false;
  for (const Panel& panel : panels) {
    drawn.push_back(panel_of(panel));
    const auto names = static_cast<std::size_t>(
        std::count_if(panel.series.begin(), panel.series.end(), [](const Series& s) { return !s.name.empty(); }));
    if (names > named) {
      named = names;
      most = drawn.size() - 1;
    }
    turned = turned || drawn.back().more.find("rotate") != std::string::npos;
  }
  const std::size_t legend_rows = named <= 4 ? 1 : 2;
  if (named > 0) drawn[most].legend = example::legend_above(static_cast<int>(legend_rows));
  const bool good = example::write_svg(svg, drawn, columns, named > 0 ? legend_rows : 0, turned ? 120 : 65);
  static bool told = false;
  if (!good && !told) std::fprintf(stderr, "no gnuplot, or it failed: no pictures, the tables have all numbers\n");
  told = told || !good;
  return good;
}

}  // namespace paper
