// SPDX-License-Identifier: MIT
// The library's quality on its own problems: default policies, fresh instances, exact optima. The README's table.
#include <gdm/gdm.hpp>

#include <cstdio>

#include "support/no_network.hpp"

namespace {

/// Trains on `rows` instances and prints a row of the table; returns the mean gap of one sample.
template <class P, class... Policies>
double measure(const char* name, std::size_t rows, std::size_t tests,
               const typename gdm::GdmOptimizer<P, Policies...>::TrainOptions& options = {.seed = 1}) {
  gdm::GdmOptimizer<P, Policies...> optimizer;
  const auto report = optimizer.train(gdm::generate<P>(rows, /*seed=*/1), options, gdm::ProgressBar{});
  const auto test = gdm::generate<P>(tests, /*seed=*/999);
  const gdm::Evaluation one = gdm::evaluate(optimizer, test, {.seed = 1});
  const gdm::Evaluation best = gdm::evaluate(optimizer, test, {.samples = 16, .seed = 1});
  const example::NoNetwork heuristic = example::no_network(test);
  std::printf("| %s | %zu | %zu | %.0f s | %.1e | %.1e / %.1e | %.1e | %.1e, %.2g us | %g %% |\n", name, rows,
              optimizer.parameter_count(), report.seconds, one.mean_gap, one.p99_gap, one.worst_gap, best.mean_gap,
              heuristic.quality.mean_gap, heuristic.microseconds,
              100 * std::min(one.feasible_fraction, best.feasible_fraction));
  std::fflush(stdout);
  return one.feasible_fraction == 1 && best.feasible_fraction == 1 ? one.mean_gap : 1;
}

}  // namespace

int main() {
  std::printf(
      "| problem | rows | weights | training | one sample | p99 / worst | best of 16 | no network, time | feasible |\n"
      "|---|---|---|---|---|---|---|---|---|\n");
  bool good = measure<gdm::MsrProblem>("MSR-3", 10'000, 2'000) <= 1e-6;
  good &= measure<gdm::Msr80Problem>("MSR-80", 10'000, 2'000) <= 1e-3;
  good &= measure<gdm::CoProblem>("CO-3", 30'000, 4'000) <= 2e-3;
  good &= measure<gdm::NuProblem>("NU-3", 10'000, 2'000) <= 5e-4;
  // A network that knows the symmetry does with a third of the weights what the dense one does.
  good &= measure<gdm::CoProblem, gdm::SetMlp<16, 5>>("CO-3, `SetMlp<16, 5>`", 30'000, 4'000,
                                                      {.epochs = 300, .seed = 1}) <= 2e-3;
  good &= measure<gdm::NuProblem, gdm::SetMlp<16, 3>>("NU-3, `SetMlp<16, 3>`", 10'000, 2'000,
                                                      {.epochs = 1000, .learning_rate = 3e-3, .seed = 1}) <= 5e-4;
  return good ? 0 : 1;
}
