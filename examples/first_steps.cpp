// SPDX-License-Identifier: MIT
// First steps: generate instances with known optima, train, measure, solve, save and load.
#include <cstdio>
#include <gdm/gdm.hpp>

int main() {
  using Problem = gdm::MsrProblem;  // share 10 W among 3 channels for the largest sum rate
  const auto [train, test] = gdm::split(gdm::generate<Problem>(5'000, /*seed=*/1), 0.8);

  gdm::GdmOptimizer<Problem> optimizer;
  optimizer.train(train, {.epochs = 40, .seed = 1}, gdm::ProgressBar{});

  const gdm::Evaluation result = gdm::evaluate(optimizer, test);
  std::printf("%zu instances that it never saw: mean gap to the optimum %.1e, worst %.1e, feasible %g %%\n",
              test.size(), result.mean_gap, result.worst_gap, 100 * result.feasible_fraction);

  const Problem::Condition x(0.7, 1.9, 2.4, 10.0);  // three gains in 1/W, then the total power in W
  const Problem::Solution y = optimizer.solve(x);
  const Problem::Solution best = Problem::optimal(x);
  std::printf("gains 0.7, 1.9, 2.4 and 10 W: powers %.4f %.4f %.4f W, rate %.6f bit/s/Hz\n", y[0], y[1], y[2],
              Problem::objective(x, y));
  std::printf("             water-filling: powers %.4f %.4f %.4f W, rate %.6f bit/s/Hz\n", best[0], best[1], best[2],
              Problem::objective(x, best));

  optimizer.save("first_steps.safetensors");
  const auto loaded = gdm::GdmOptimizer<Problem>::load("first_steps.safetensors");
  const bool same = loaded.solve(x) == y;
  std::printf("saved to first_steps.safetensors; loaded again it gives %s answer\n", same ? "the same" : "ANOTHER");
  return same && result.feasible_fraction == 1 && result.mean_gap < 1e-4 ? 0 : 1;
}
