// SPDX-License-Identifier: MIT
// What a user would pick instead: NLopt and Ipopt, with exact gradients, beside WMMSE or an ascent of one's own, a
// regression and this library, on one core. Built where CMake finds NLopt and Ipopt (Debian: libnlopt-dev,
// coinor-libipopt-dev). Writes rivals.csv and rivals.md. With --quick: tiny trainings, nothing is promised of the gaps.
#include <array>
#include <cstring>
#include <fstream>

#include "rivals/measure.hpp"

namespace {

using example::ParetoPoint;

void write(const std::vector<ParetoPoint>& table) {
  std::ofstream csv("rivals.csv"), markdown("rivals.md");
  csv << "problem;method;starts or samples;us an instance;gap;lower end;upper end\n";
  csv.precision(6);
  markdown << "| problem | method | starts, samples or times | us an instance | below best known (%) |\n"
           << "|---|---|---|---|---|\n";
  for (const ParetoPoint& p : table) {
    csv << p.problem << ';' << p.method << ';' << p.setting << ';' << p.microseconds << ';' << p.gap.value << ';'
        << p.gap.low << ';' << p.gap.high << '\n';
    std::array<char, 200> line;
    std::snprintf(line.data(), line.size(), "| %s | %s | %zu | %.3g | %.2g |\n", p.problem.c_str(), p.method.c_str(),
                  p.setting, p.microseconds, 100 * p.gap.value);
    markdown << line.data();
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool quick = argc > 1 && std::strcmp(argv[1], "--quick") == 0;
  std::vector<ParetoPoint> table;
  const double of_powers = example::measure_rivals_on_power_control(quick, table);
  const double error = std::max(of_powers, example::measure_rivals_on_masts(quick, table));
  std::printf("exact gradients against differences: %.1e\n", error);
  write(table);
  bool good = error < 1e-5;
  for (const ParetoPoint& p : table) good = good && p.gap.value < (quick ? 0.9 : 0.5);  // false for a NaN
  return good ? 0 : 1;
}
