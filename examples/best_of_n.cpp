// SPDX-License-Identifier: MIT
// Best of N and the baseline candidate: N samples are drawn as one batch, decoded, and the best one is returned. More
// samples never give a worse answer for the same seed, and with the baseline no answer is worse than the baseline.
#include <array>
#include <cmath>
#include <cstdio>
#include <gdm/gdm.hpp>
#include <vector>

#include "support/no_network.hpp"

int main() {
  using Problem = gdm::CoProblem;  // three nodes decide whether to compute a task or to send it to an edge server
  const auto [train, test] = gdm::split(gdm::generate<Problem>(6'000, 1), 0.9);
  gdm::GdmOptimizer<Problem> optimizer;
  optimizer.train(train, {.epochs = 30, .seed = 1}, gdm::ProgressBar{});

  bool good = true;
  std::vector<double> before(test.size(), HUGE_VAL);
  std::printf("samples   mean gap   99 %% gap   worst gap\n");
  for (const std::size_t samples : std::array<std::size_t, 5>{1, 2, 4, 16, 64}) {
    const auto answers = optimizer.solve_batch(test.conditions, {.samples = samples, .seed = 7});
    const gdm::Evaluation e = gdm::evaluate_solutions(test, answers);
    std::printf("%7zu   %8.1e   %8.1e   %9.1e\n", samples, e.mean_gap, e.p99_gap, e.worst_gap);
    good = good && e.feasible_fraction == 1;
    for (std::size_t i = 0; i < test.size(); ++i) {
      const double cost = Problem::objective(test.condition(i), gdm::row_of<Problem::Solution>(answers, i));
      good = good && cost <= before[i];
      before[i] = cost;
    }
  }
  const example::NoNetwork heuristic = example::no_network(test);  // the row to beat
  std::printf("  none    %8.1e   %8.1e   %9.1e   (the baseline, without a network: %.2g us)\n",
              heuristic.quality.mean_gap, heuristic.quality.p99_gap, heuristic.quality.worst_gap,
              heuristic.microseconds);

  gdm::GdmOptimizer<Problem> beginner;  // after one epoch it guesses
  beginner.train(train, {.epochs = 1, .seed = 1});
  int worse = 0, worse_with_baseline = 0;
  for (std::size_t i = 0; i < test.size(); ++i) {
    const auto x = test.condition(i);
    const double cheap = Problem::objective(x, Problem::baseline(x));
    worse += Problem::objective(x, beginner.solve(x, {.seed = i})) > cheap;
    worse_with_baseline += Problem::objective(x, beginner.solve(x, {.baseline = true, .seed = i})) > cheap;
  }
  std::printf("\nafter one epoch, answers that cost more than the baseline: %d of %zu\n", worse, test.size());
  std::printf("the same with the baseline as a candidate: %d\n", worse_with_baseline);
  return good && worse_with_baseline == 0 ? 0 : 1;
}
