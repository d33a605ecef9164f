// SPDX-License-Identifier: MIT
// Objective against time on one core: the field's heuristics, a regression and this library, on the two problems without
// an exact solver. Writes pareto.csv and pareto.svg. With --quick: tiny trainings, whose gaps mean nothing.
//
// With names of problems (beamforming-8x8, beamforming-4x8, power-control-10, power-control-20) it measures only those,
// and takes the rows of others from the pareto.csv that is there.
#include <cstring>
#include <fstream>
#include <sstream>

#include "pareto/measure.hpp"
#include "support/plot.hpp"

namespace {

using example::Curve;
using example::ParetoPoint;

struct Look {
  const char *method, *legend;
  int colour, symbol;
  bool dashed;
  const char* labels;  ///< where the number of starts or samples stands, from its point
};
// Gaps below this many percent are drawn at the edge: the best known is not known better.
constexpr double least_percent = 1e-3;

const std::vector<Look> looks{{"regularised zero-forcing", "regularised zero-forcing", 7, 2, false, nullptr},
                              {"greedy selection", "greedy selection", 6, 13, false, nullptr},
                              {"WMMSE", "WMMSE, best of n starts", 1, 5, true, "-0.9,-0.6"},
                              {"regression", "regression, same network", 2, 8, false, nullptr},
                              {"regression, 3 steps of ascent", "regression + 3 steps", 2, 9, false, nullptr},
                              {"samples", "gdm, best of n samples", 5, 6, false, nullptr},
                              {"samples, 3 steps of ascent", "gdm + 3 steps each", 0, 7, false, "1.0,0.5"}};

example::Panel panel(const std::vector<ParetoPoint>& table, const std::string& problem, const std::string& title,
                     bool legend) {
  example::Panel result{.title = title,
                        .x_label = "time per instance, one core (µs)",
                        .y_label = "below best known (%)",
                        .log_x = true,
                        .log_y = true,
                        .least = least_percent,
                        .legend = legend ? example::legend_above(3) : "off",
                        .more =
                            "set format y '%g'; set xrange [0.5:2000]; set yrange [0.0004:30]; set ytics add ('≤ "
                            "0.001' 0.001)"};
  for (const Look& look : looks) {
    Curve curve{.name = look.legend,
                .colour = look.colour,
                .dashed = look.dashed,
                .points = true,
                .symbol = look.symbol,
                .size = 0.8};
    for (const ParetoPoint& p : table) {
      if (p.problem != problem || p.method != look.method) continue;
      curve.x.push_back(p.microseconds);
      curve.y.push_back(100 * p.gap.value);
      curve.low.push_back(100 * p.gap.low);
      curve.high.push_back(100 * p.gap.high);
      if (look.labels != nullptr) curve.labels.push_back(std::to_string(p.setting));
    }
    if (look.labels != nullptr) curve.label_offset = look.labels;
    if (!curve.x.empty()) result.curves.push_back(curve);
  }
  return result;
}

void write(const char* path, const std::vector<ParetoPoint>& table) {
  std::ofstream csv(path);
  csv << "problem;method;starts or samples;us an instance;share of best known;lower end;upper end\n";
  csv.precision(7);
  for (const ParetoPoint& p : table)
    csv << p.problem << ';' << p.method << ';' << p.setting << ';' << p.microseconds << ';' << 1 - p.gap.value << ';'
        << 1 - p.gap.high << ';' << 1 - p.gap.low << '\n';
}

/// The rows of such a file; none if there is no file.
std::vector<ParetoPoint> read(const char* path) {
  std::vector<ParetoPoint> table;
  std::ifstream csv(path);
  std::string line;
  std::getline(csv, line);
  while (std::getline(csv, line)) {
    ParetoPoint p;
    std::istringstream row(line);
    std::string numbers;
    std::getline(row, p.problem, ';');
    std::getline(row, p.method, ';');
    std::getline(row, numbers);
    std::replace(numbers.begin(), numbers.end(), ';', ' ');
    double share = 0, low = 0, high = 0;
    if (std::istringstream(numbers) >> p.setting >> p.microseconds >> share >> low >> high) {
      p.gap = {1 - share, 1 - high, 1 - low};
      table.push_back(p);
    }
  }
  return table;
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
  const Effort beams = quick ? tiny : Effort{60'000, 400, 1'000, 3, 0.3};
  const Effort powers = quick ? tiny : Effort{40'000, 300, 1'000, 3, 0.3};
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
  const auto asked = [&](const std::string& name) {
    return only.empty() || std::find(only.begin(), only.end(), name) != only.end();
  };
  for (ParetoPoint& p : read("pareto.csv"))
    if (!asked(p.problem)) table.push_back(std::move(p));
  std::vector<example::Panel> panels;
  for (const Problem& problem : problems) {
    if (asked(problem.name)) problem.measure(problem.effort, table);
    example::Panel next = panel(table, problem.name, problem.title, panels.empty());
    if (!next.curves.empty()) panels.push_back(std::move(next));
  }
  write("pareto.csv", table);
  bool good = true;
  for (const ParetoPoint& p : table) good = good && p.gap.value < (quick ? 0.7 : 0.5);  // false for a NaN
  if (example::write_svg("pareto.svg", panels, 2)) {
    std::printf("picture: pareto.svg\n");
  } else {
    std::printf("no gnuplot, no picture: the numbers are in pareto.csv\n");
  }
  return good ? 0 : 1;
}
