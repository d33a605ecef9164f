// SPDX-License-Identifier: MIT
/// @file
/// @brief Turns the JSON output of the benchmark programs into the README's Markdown tables.
///
/// usage: benchmark_table FILE.. ; figures that no file holds are left out
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace {

/// Counters by "benchmark name#counter name".
std::map<std::string, double> figures;
std::string machine;

bool has(const std::string& key) { return figures.contains(key); }

void read(const char* path) {
  std::ifstream file(path);
  const auto report = nlohmann::json::parse(file);
  const auto& context = report.at("context");
  machine = std::to_string(context.at("num_cpus").get<int>()) + " cores";
  for (const auto& one : report.at("benchmarks")) {
    std::string name = one.at("name").get<std::string>();
    for (const char* setting : {"/iterations:", "/min_time:"}) name = name.substr(0, name.find(setting));
    for (const auto& [key, value] : one.items())
      if (value.is_number()) figures[name + "#" + key] = value.get<double>();
  }
}

struct Row {
  const char* what;
  const char* key;
  const char* unit;  ///< "us", "%" or anything
  double goal;       ///< negative = none
  bool at_most;
  const char* divisor = nullptr;  ///< of the figure, for ratios
};

void print(const Row& row) {
  if (!has(row.key) || (row.divisor != nullptr && !has(row.divisor))) return;
  const double divisor = row.divisor == nullptr ? 1 : figures[row.divisor];
  const bool percent = std::string(row.unit) == "%";
  const double value = figures[row.key] / divisor * (percent ? 100 : 1);
  std::printf("| %s | %.3g %s |", row.what, value, row.unit);
  row.goal < 0 ? std::printf(" |\n") : std::printf(" %s %g %s |\n", row.at_most ? "<=" : ">=", row.goal, row.unit);
}

void print_products() {
  std::printf("\n| N x N times N x columns, GF/s |");
  const char* const libraries[] = {"product/forward", "product/weights", "eigen/forward", "openblas/forward",
                                   "onednn/forward"};
  const char* const titles[] = {"gdm", "gdm, weights' gradient", "Eigen", "OpenBLAS", "oneDNN"};
  for (const char* title : titles) std::printf(" %s |", title);
  std::printf("\n|---|---|---|---|---|---|\n");
  for (const int n : {64, 128, 256}) {
    for (const int columns : {1, 2, 4, 16, 64, 256}) {
      const std::string size = std::to_string(n) + "x" + std::to_string(columns);
      std::printf("| %d, %d |", n, columns);
      for (const char* library : libraries) {
        const std::string key = std::string(library) + "/" + size + "#gflops";
        has(key) ? std::printf(" %.0f |", figures[key]) : std::printf(" |");
      }
      std::printf("\n");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) read(argv[i]);
  if (has("peak#register_bytes")) {
    machine += ", registers of " + std::to_string(static_cast<int>(8 * figures["peak#register_bytes"])) + " bits";
  }
  std::printf("%s, %.0f GF/s of fp32 multiply-adds a core (measured)\n\n", machine.c_str(), figures["peak#gflops"]);
  std::printf("| figure | measured | goal |\n|---|---|---|\n");
  const Row rows[] = {
      {"`solve`, MSR-3, T = 20, guided, median", "solve/msr3/guided#median_us", "us", 12, true},
      {"the same, mean gap", "solve/msr3/guided#mean_gap", "", 1e-5, true},
      {"`solve`, MSR-3, T = 20, median", "solve/msr3#median_us", "us", 12, true},
      {"the same, mean gap", "solve/msr3#mean_gap", "", 1e-5, true},
      {"`solve`, MSR-3, `Ddim<5>`, median", "solve/msr3/ddim5#median_us", "us", 3, true},
      {"the same, mean gap", "solve/msr3/ddim5#mean_gap", "", 1e-5, true},
      {"`solve`, MSR-3, `Ddim<3>`, median", "solve/msr3/ddim3#median_us", "us", 3, true},
      {"the same, mean gap", "solve/msr3/ddim3#mean_gap", "", 1e-5, true},
      {"`solve`, MSR-3, `Ddim<2>`, median", "solve/msr3/ddim2#median_us", "us", 3, true},
      {"the same, mean gap", "solve/msr3/ddim2#mean_gap", "", 1e-5, true},
      {"`solve`, MSR-3, `DpmSolver<5>`, median", "solve/msr3/dpm5#median_us", "us", 3, true},
      {"the same, mean gap", "solve/msr3/dpm5#mean_gap", "", 1e-5, true},
      {"`solve`, CO-3, median", "solve/co3#median_us", "us", 60, true},
      {"the same, p99 against median", "solve/co3#p99_us", "times", 3, true, "solve/co3#median_us"},
      {"`solve`, CO-3, best of 16, median", "solve/co3/best16#median_us", "us", -1, true},
      {"`solve`, NU-3, median", "solve/nu3#median_us", "us", 60, true},
      {"the same, p99 against median", "solve/nu3#p99_us", "times", 3, true, "solve/nu3#median_us"},
      {"`solve`, NU-3, best of 16, median", "solve/nu3/best16#median_us", "us", -1, true},
      {"`solve`, CO-3, `Ddim<5>`, best of 16, median", "solve/co3/ddim5/best16#median_us", "us", -1, true},
      {"`solve`, NU-3, `Ddim<5>`, best of 16, median", "solve/nu3/ddim5/best16#median_us", "us", -1, true},
      {"exact: water-filling, MSR-3", "exact/msr3#median_us", "us", -1, true},
      {"exact: water-filling, MSR-80", "exact/msr80#median_us", "us", -1, true},
      {"exact: enumeration, CO-3", "exact/co3#median_us", "us", -1, true},
      {"exact: search with proof, NU-3", "exact/nu3#median_us", "us", -1, true},
      {"bytes allocated in a `solve`", "solve/msr3/guided#bytes_per_call", "", 0, true},
      {"`solve_batch`, MSR-3, guided, share of the peak", "solve_batch/msr3/guided#share_of_peak", "%", 60, false},
      {"`solve_batch`, MSR-3, share of the peak", "solve_batch/msr3#share_of_peak", "%", 60, false},
      {"`solve_batch`, CO-3, share of the peak", "solve_batch/co3#share_of_peak", "%", 60, false},
      {"`solve_batch`, NU-3, share of the peak", "solve_batch/nu3#share_of_peak", "%", 60, false},
      {"training step, MSR-3, width 64, share of the peak", "train/msr3/mlp64#share_of_peak", "%", 50, false},
      {"training step, MSR-3, width 128, share of the peak", "train/msr3/mlp128#share_of_peak", "%", 50, false},
      {"training step, MSR-80, `SetMlp<48, 4>`, share of the peak", "train/msr80/set48#share_of_peak", "%", 50, false},
      {"training step, width 64, two threads against one", "train/msr3/mlp64#two_threads_speedup", "times", 1.8, false},
      {"the same, batches of 512", "train/msr3/mlp64/batch512#two_threads_speedup", "times", 1.8, false},
      {"training step, width 128, two threads against one", "train/msr3/mlp128#two_threads_speedup", "times", 1.8,
       false},
      {"training step, `SetMlp<48, 4>`, two threads against one", "train/msr80/set48#two_threads_speedup", "times", 1.8,
       false},
      {"training step against libtorch, one thread", "train/libtorch/threads1#best_us", "times", 5, false,
       "train/gdm/threads1#best_us"},
      {"training step against libtorch, two threads", "train/libtorch/threads2#best_us", "times", 5, false,
       "train/gdm/threads2#best_us"},
      {"guided T = 20 solve against libtorch", "solve/libtorch/guided#median_us", "times", 5, false,
       "solve/gdm/guided#median_us"},
      {"`solve`, 8 channels, `SetMlp<48, 4>`, a channel", "solve/channels8#us_per_channel", "us", -1, true},
      {"`solve`, 80 channels, a channel", "solve/channels80#us_per_channel", "us", -1, true},
      {"`solve`, 512 channels, a channel", "solve/channels512#us_per_channel", "us", -1, true},
      {"`solve`, 2048 channels, a channel", "solve/channels2048#us_per_channel", "us", -1, true},
  };
  for (const Row& row : rows) print(row);
  if (has("product/forward/64x1#gflops")) print_products();
}
