// SPDX-License-Identifier: MIT
// Choosing policies: every part of the optimizer is a type, given in any order, and the rest keeps its default.
#include <cstdio>
#include <gdm/gdm.hpp>

#include "support/no_network.hpp"

namespace {

using Problem = gdm::MsrProblem;

/// Trains on a few rows for a few epochs and says how good the answers are.
template <class... Policies>
gdm::Evaluation measure(const char* name, const gdm::Dataset<Problem>& train, const gdm::Dataset<Problem>& test) {
  using Optimizer = gdm::GdmOptimizer<Problem, Policies...>;
  Optimizer optimizer;
  const gdm::TrainReport report = optimizer.train(train, {.epochs = 40, .seed = 1});
  const gdm::Evaluation result = gdm::evaluate(optimizer, test);
  std::printf("%-50s %6zu   %5.1f s   %.1e   %.1e\n", name, Optimizer::parameter_count(), report.seconds,
              result.mean_gap, result.p99_gap);
  return result;
}

}  // namespace

int main() {
  const auto [train, test] = gdm::split(gdm::generate<Problem>(5'000, 1), 0.8);
  std::printf("%-50s %6s   %7s   %s   %s\n", "policies", "size", "trained", "mean gap", "99 % gap");
  const auto standard = measure("defaults", train, test);
  const auto quick = measure<gdm::CosineSchedule<10>, gdm::Mlp<32, 32>, gdm::Ddim<5>>(
      "CosineSchedule<10>, Mlp<32, 32>, Ddim<5>", train, test);
  const auto noise =
      measure<gdm::SigmoidSchedule<20>, gdm::EpsilonPrediction>("SigmoidSchedule<20>, EpsilonPrediction", train, test);
  const auto paper = measure<gdm::PaperPolicies>("PaperPolicies", train, test);

  const example::NoNetwork heuristic = example::no_network(test);
  std::printf("no network: the problem's baseline, %.2g us %22s %.1e   %.1e\n", heuristic.microseconds, "",
              heuristic.quality.mean_gap, heuristic.quality.p99_gap);

  //! [guidance]
  gdm::GdmOptimizer<Problem> optimizer;
  optimizer.train(train, {.epochs = 40, .p_uncond = 0.1, .seed = 1});
  for (const double omega : {0.0, 0.5, 1.0, 5.0}) {
    const gdm::Evaluation guided = gdm::evaluate(optimizer, test, {.omega = omega});
    std::printf("defaults, omega %-53g %.1e   %.1e\n", omega, guided.mean_gap, guided.p99_gap);
  }
  //! [guidance]
  const bool feasible = standard.feasible_fraction == 1 && quick.feasible_fraction == 1 &&
                        noise.feasible_fraction == 1 && paper.feasible_fraction == 1;
  return feasible && standard.mean_gap < 1e-4 && quick.mean_gap < 1e-3 && noise.mean_gap < 1e-3 &&
                 standard.mean_gap < paper.mean_gap
             ? 0
             : 1;
}
