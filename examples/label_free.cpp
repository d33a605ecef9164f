// SPDX-License-Identifier: MIT
// What learning without labels reaches, beside training with labels: a table, and curves of the objective against
// processor time as label_free.csv. The sample of a round is of the instances that are learnt from, the
// one in the row `end` of fresh instances. With names of problems (power-control-10, say) it measures only
// those, and takes the rows of others from the label_free.csv that is there.
#include <algorithm>
#include <fstream>
#include <sstream>

#include "label_free/measure.hpp"

namespace {

using example::LabelFreeRun;

struct Problem {
  const char* name;
  void (*measure)(std::vector<LabelFreeRun>&);
};
const std::vector<Problem> problems{
    {"sum-rate-3", example::label_free_sum_rate_3},          {"sum-rate-80", example::label_free_sum_rate_80},
    {"offloading-3", example::label_free_offloading_3},      {"offloading-10", example::label_free_offloading_10},
    {"noma-uav-3", example::label_free_noma_uav_3},          {"power-control-10", example::label_free_power_control_10},
    {"beamforming-4x8", example::label_free_beamforming_4x8}};

void print(const LabelFreeRun& run) {
  const auto& table = run.curve.back();
  const auto row = [&](const char* how, const example::Reached& r, const std::string& gap) {
    std::printf("| %s | %s | %zu | %.1f s | %s | %.1e | %.1e | %.1e |\n", run.problem.c_str(), how,
                run.effort.instances, r.seconds, gap.c_str(), r.one, r.of16, r.refined16);
  };
  char gap[32];
  std::snprintf(gap, sizeof gap, "%.1e", table.table);
  row(example::name_of(run.effort.knowledge), run.learnt, gap);
  row("with labels", run.trained, "0");
  for (const std::string& warning : run.warnings) std::printf("%s\n", warning.c_str());
  std::fflush(stdout);
}

/// Lines of the CSV of the problems that are not measured now.
std::vector<std::string> others(const char* path, const std::vector<std::string>& measured) {
  std::vector<std::string> lines;
  std::ifstream csv(path);
  std::string line;
  std::getline(csv, line);
  while (std::getline(csv, line))
    if (std::find(measured.begin(), measured.end(), line.substr(0, line.find(';'))) == measured.end())
      lines.push_back(line);
  return lines;
}

std::vector<std::string> lines_of(const LabelFreeRun& run) {
  std::vector<std::string> lines;
  const auto line = [&](const std::string& how, const std::string& round, double seconds, double table, double sample,
                        const std::string& replaced) {
    std::ostringstream text;
    text.precision(5);
    text << run.problem << ';' << how << ';' << round << ';' << seconds << ';' << table << ';';
    if (std::isfinite(sample)) text << sample;
    lines.push_back(text.str() + ';' + replaced);
  };
  for (const example::RoundPoint& p : run.curve) {
    const bool end = p.round > run.effort.rounds;
    line(example::name_of(run.effort.knowledge), end ? "end" : std::to_string(p.round), p.seconds, p.table,
         end ? run.learnt.one : p.sample, end ? "" : std::to_string(p.replaced));
  }
  line("with labels", "end", run.trained.seconds, 0, run.trained.one, "");
  return lines;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> only(argv + 1, argv + argc);
  const auto asked = [&](const std::string& name) {
    return only.empty() || std::find(only.begin(), only.end(), name) != only.end();
  };
  std::printf(
      "| problem | begins with, refines by | instances | processor time | best known, gap to the labels | one sample "
      "| best of 16 | best of 16, 5 steps |\n|---|---|---|---|---|---|---|---|\n");
  std::vector<LabelFreeRun> runs;
  for (const Problem& problem : problems) {
    const std::size_t before = runs.size();
    if (asked(problem.name)) problem.measure(runs);
    for (std::size_t k = before; k < runs.size(); ++k) print(runs[k]);
  }
  std::vector<std::string> measured;
  for (const LabelFreeRun& run : runs) measured.push_back(run.problem);
  std::vector<std::string> lines = others("label_free.csv", measured);
  for (const LabelFreeRun& run : runs) {
    for (std::string& line : lines_of(run))
      if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(std::move(line));
  }
  std::ofstream csv("label_free.csv");
  csv << "problem;begins with, refines by;round;s of processor time;gap of the best known to the labels;gap of one "
         "sample;share replaced\n";
  for (const std::string& line : lines) csv << line << '\n';

  bool good = !runs.empty();
  for (const LabelFreeRun& run : runs)  // false for a NaN
    good = good && run.learnt.of16 <= 3 * std::max(run.trained.of16, 2e-6) && run.learnt.one < 0.1;
  return good ? 0 : 1;
}
