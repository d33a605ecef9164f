// SPDX-License-Identifier: MIT
// The README's program: beams for eight users from four antennas, against greedy selection and the best known rates.
#include <cstdio>
#include <gdm/gdm.hpp>

int main() {
  using Problem = gdm::Beamforming<4, 8>;  // 4 antennas, 8 users: also a choice of whom to serve
  const auto train = gdm::generate<Problem>(12'000, /*seed=*/1), test = gdm::generate<Problem>(1'000, /*seed=*/2);

  gdm::GdmOptimizer<Problem> optimizer;
  optimizer.train(train, {.seed = 1}, gdm::ProgressBar{});

  xt::xtensor<double, 2> greedy = test.solutions;  // greedy selection of users, regularised zero-forcing
  for (std::size_t i = 0; i < test.size(); ++i) gdm::set_row(greedy, i, Problem::baseline(test.condition(i)));
  const double cheap = gdm::evaluate_solutions(test, greedy).mean_gap;
  const double one = gdm::evaluate(optimizer, test).mean_gap;
  const double four = gdm::evaluate(optimizer, test, {.samples = 4}).mean_gap;
  const double best = gdm::evaluate(optimizer, test, {.samples = 16, .refine = 3}).mean_gap;
  std::printf(
      "gap to the best known rate, %zu new cells: greedy %.4f, one sample %.4f, best of 4 %.4f, of 16 refined %.4f\n",
      test.size(), cheap, one, four, best);

  const gdm::Answer<Problem> a = optimizer.answer(test.condition(0), {.samples = 16, .refine = 3});
  std::printf("cell 1: %.2f bit/s/Hz, no beams reach %.2f; powers in W:", a.objective, a.bound);
  for (int k = 0; k < 8; ++k) std::printf(" %.2f", a.solution.segment<8>(8 * k).squaredNorm());
  std::printf("\n");
  return best < four && four < one && four < cheap && best < 0.01 &&
                 Problem::violation(test.condition(0), a.solution) <= 1e-9
             ? 0
             : 1;
}
