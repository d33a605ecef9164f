// SPDX-License-Identifier: MIT
// Objective against time on one core: the field's heuristics, a regression and this library, on the two problems without
// an exact solver. Writes pareto.csv and pareto.svg. With --quick: tiny trainings, nothing is promised of the gaps.
//
// Names of problems as arguments (beamforming-8x8, beamforming-4x8, power-control-10, power-control-20) leave out others.
#include <cstring>
#include <fstream>

#include "pareto/measure.hpp"
#include "support/plot.hpp"

namespace {

using example::Curve;
using example::ParetoPoint;

struct Look {
  const char *method, *legend;
  int colour, symbol;
  bool dashed;
};
// Gaps below this many percent are drawn at the edge: the best known is not known better.
constexpr double least_percent = 1e-3;

const std::vector<Look> looks{{"regularised zero-forcing", "regularised zero-forcing", 7, 2, false},
                              {"greedy selection", "greedy selection", 6, 13, false},
                              {"WMMSE", "WMMSE, best of n starts", 1, 5, true},
                              {"regression", "regression, same network", 2, 8, false},
                              {"regression, 3 steps of ascent", "regression + 3 steps", 2, 9, false},
                              {"samples", "gdm, best of n samples", 5, 6, false},
                              {"samples, 3 steps of ascent", "gdm + 3 steps each", 0, 7, false}};

example::Panel panel(const std::vector<ParetoPoint>& table, const std::string& problem, const std::string& title,
                     bool legend) {
  example::Panel result{.title = title,
                        .x_label = "time per instance, one core (µs)",
                        .y_label = "below best known (%)",
                        .log_x = true,
                        .log_y = true,
                        .legend = legend ? "at screen 0.5,0.99 center top horizontal maxrows 2 width -1" : "off",
                        .more = "set format y '%g'; set xrange [0.5:1500]; set yrange [0.001:20]"};
  for (const Look& look : looks) {
    Curve curve{.name = look.legend,
                .colour = look.colour,
                .dashed = look.dashed,
                .points = true,
                .symbol = look.symbol,
                .size = 0.8};
    for (const ParetoPoint& p : table) {
      if (p.problem != problem || p.method != look.method) continue;
      const auto percent = [](double gap) { return std::max(100 * gap, least_percent); };
      curve.x.push_back(p.microseconds);
      curve.y.push_back(percent(p.gap.value));
      curve.low.push_back(percent(p.gap.low));
      curve.high.push_back(percent(p.gap.high));
      if (look.method == std::string("WMMSE") || look.method == std::string("samples, 3 steps of ascent"))
        curve.labels.push_back(std::to_string(p.setting));
    }
    if (!curve.x.empty()) result.curves.push_back(curve);
  }
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  bool quick = false;
  std::vector<std::string> only;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--quick") == 0) {
      quick = true;
    } else {
      only.emplace_back(argv[i]);
    }
  }
  using example::Effort;
  const Effort tiny{500, 2, 100, 1, 0.0};
  const Effort beams = quick ? tiny : Effort{20'000, 100, 1'000, 3, 0.3};
  const Effort powers = quick ? tiny : Effort{10'000, 60, 1'000, 3, 0.3};
  std::vector<ParetoPoint> table;
  struct Problem {
    const char *name, *title;
    void (*measure)(const Effort&, std::vector<ParetoPoint>&);
    const Effort& effort;
  };
  const std::vector<Problem> problems{
      {"beamforming-8x8", "Beamforming, 8 antennas, 8 users, 10 dB", example::measure_beamforming_8x8, beams},
      {"beamforming-4x8", "Beamforming, 4 antennas, 8 users, 10 dB", example::measure_beamforming_4x8, beams},
      {"power-control-10", "Power control, 10 links, 10 dB", example::measure_power_control_10, powers},
      {"power-control-20", "Power control, 20 links, 10 dB", example::measure_power_control_20, powers}};
  std::vector<example::Panel> panels;
  for (const Problem& problem : problems) {
    if (!only.empty() && std::find(only.begin(), only.end(), problem.name) == only.end()) continue;
    problem.measure(problem.effort, table);
    panels.push_back(panel(table, problem.name, problem.title, panels.empty()));
  }

  std::ofstream csv("pareto.csv");
  csv << "problem,method,starts or samples,us an instance,share of best known,lower end,upper end\n";
  csv.precision(7);
  bool good = true;
  for (const ParetoPoint& p : table) {
    csv << p.problem << ",\"" << p.method << "\"," << p.setting << ',' << p.microseconds << ',' << 1 - p.gap.value << ','
        << 1 - p.gap.high << ',' << 1 - p.gap.low << '\n';
    good = good && std::isfinite(p.gap.value) && p.gap.value < (quick ? 0.5 : 0.2);
  }
  if (example::write_svg("pareto.svg", panels, 2)) {
    std::printf("picture: pareto.svg\n");
  } else {
    std::printf("no gnuplot, no picture: the numbers are in pareto.csv\n");
  }
  return good ? 0 : 1;
}
