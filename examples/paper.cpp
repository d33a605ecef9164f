// SPDX-License-Identifier: MIT
/// @file
/// @brief Runs the paper's experiments (arXiv 2411.00453, Section IV) and what follows from them, and writes a report.
///
///     paper --all --seeds 5 --out results      every figure; interrupt it at will, the same command goes on
///     paper --figure 11 --bound                one figure, and the bound of Section III-A
///     paper --quick                            every experiment on a small setting, in about a minute
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "paper/plan.hpp"
#include "paper/report.hpp"

namespace {

using namespace paper;

Settings quick(Settings s) {
  s.seeds = 1;
  s.rows = 0.03;
  s.epochs = 10;
  s.sweep_epochs = 3;
  s.tests = 60;
  s.omegas = {0, 1, 500};
  s.steps = {5, 20, 50};
  s.p_unconds = {0, 0.1, 0.6};
  s.best_of = {1, 2, 4, 8};
  s.few_steps = {1, 5, 20};
  return s;
}

/// Runs what is missing, and says after each experiment how long the rest will take.
void run(const std::vector<Cell>& plan, Results& results) {
  for (const Cell& cell : plan) results.require_same_settings(cell.key.figure);
  double total = 0, done = 0;
  std::size_t missing = 0, number = 0;
  for (const Cell& cell : plan) {
    if (results.has(cell.key)) continue;
    total += cell.cost;
    ++missing;
  }
  std::fprintf(stderr, "%zu experiments, %zu of them done already\n", plan.size(), plan.size() - missing);
  const auto start = std::chrono::steady_clock::now();
  for (const Cell& cell : plan) {
    if (results.has(cell.key)) continue;
    const Metrics metrics = cell.run();
    results.add(cell.key, metrics);
    done += cell.cost;
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::fprintf(stderr, "[%zu/%zu] %s %s, %s, %s, seed %zu: %.1f s, about %.0f s left\n", ++number, missing,
                 cell.key.figure.c_str(), cell.key.problem.c_str(), cell.key.method.c_str(), cell.key.setting.c_str(),
                 cell.key.seed, metrics.back().second, seconds / done * (total - done));
  }
}

/// A run whose answers are infeasible or worse than nothing at all is a failure, whatever the figures look like.
bool sane(const Results& results) {
  bool good = !results.cells().empty();
  for (const auto& [key, metrics] : results.cells())
    for (const auto& [name, value] : metrics) {
      const bool fine = name == "feasible" ? value == 1 : std::isfinite(value);
      if (!fine)
        std::fprintf(stderr, "%s %s, %s, %s: %s is %g\n", key.figure.c_str(), key.problem.c_str(), key.method.c_str(),
                     key.setting.c_str(), name.c_str(), value);
      good = good && fine;
    }
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  std::vector<int> figures;
  bool bound = false, all = false, small = false, report_only = false;
  CLI::App app("The experiments of arXiv 2411.00453, their baselines and the bound");
  app.add_option("--figure", figures, "figures of the paper, 3 to 11")->check(CLI::Range(3, 11));
  app.add_option("--problem", settings.problems, "CO, MSR-3, MSR-80, NU, BF-8x8, PC-10; all of them without")
      ->check(CLI::IsMember({"CO", "MSR-3", "MSR-80", "NU", "BF-8x8", "PC-10"}));
  app.add_flag("--bound", bound, "the bound of Section III-A");
  app.add_flag("--all", all, "every figure, the bound, and what goes beyond the paper");
  app.add_flag("--quick", small, "everything on a small setting");
  app.add_flag("--report", report_only, "run nothing; write the report from the CSV files that are there");
  app.add_option("--seeds", settings.seeds, "repetitions")->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_option("--out", settings.out, "folder for CSV, pictures and report")->capture_default_str();
  app.add_option("--epochs", settings.epochs, "of the models that are compared; 0 = by default")->capture_default_str();
  app.add_option("--sweep-epochs", settings.sweep_epochs, "of the models in sweeps")->capture_default_str();
  app.add_option("--rows", settings.rows, "training rows in units of the paper's")->capture_default_str();
  app.add_option("--tests", settings.tests, "test instances of each problem")->capture_default_str();
  app.add_option("--threads", settings.threads, "of training; 0 = all of the machine")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (small) settings = quick(settings);
  if (small && app.count("--out") == 0) {  // its own folder, always from the beginning
    settings.out = "paper_quick";
    std::filesystem::remove_all(settings.out);
  }
  for (const int f : figures) settings.figures.insert(std::to_string(f));
  if (bound) settings.figures.insert("bound");
  if (all || small || settings.figures.empty())
    settings.figures = {"3", "4", "5", "6", "7", "8", "9", "10", "11", "bound", "best_of_n", "steps", "ood"};

  try {
    Results results(settings.out, settings.text());
    std::vector<Cell> plan;
    plan_msr3(settings, plan);
    plan_co(settings, plan);
    plan_nu(settings, plan);
    plan_msr80(settings, plan);
    plan_beams(settings, plan);
    plan_links(settings, plan);
    // One seed after the other: an interrupted run has every experiment, with fewer seeds.
    std::stable_sort(plan.begin(), plan.end(), [](const Cell& a, const Cell& b) { return a.key.seed < b.key.seed; });
    if (!report_only) run(plan, results);
    write_report(results, settings);
    std::printf("%s\n", (settings.out / "report.md").string().c_str());
    return sane(results) ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
