// SPDX-License-Identifier: MIT
// The README's program: beams for eight users from eight antennas, against WMMSE and the best known rates.
#include <cstdio>
#include <gdm/gdm.hpp>

int main() {
  using Problem = gdm::Beamforming<8, 8>;  // 8 antennas, 8 users, 10 dB
  const auto train = gdm::generate<Problem>(12'000, /*seed=*/1), test = gdm::generate<Problem>(1'000, /*seed=*/2);

  gdm::GdmOptimizer<Problem> optimizer;
  optimizer.train(train, {.seed = 1}, gdm::ProgressBar{});

  xt::xtensor<double, 2> wmmse = test.solutions;  // what the field uses, from regularised zero-forcing
  for (std::size_t i = 0; i < test.size(); ++i) {
    const gdm::Channels<8, 8> cell(test.condition(i));
    gdm::set_row(wmmse, i, gdm::to_solution(cell, gdm::wmmse(cell, gdm::rzf(cell)).beams));
  }
  const double once = gdm::evaluate_solutions(test, wmmse).mean_gap, one = gdm::evaluate(optimizer, test).mean_gap;
  const double four = gdm::evaluate(optimizer, test, {.samples = 4}).mean_gap;
  const double best = gdm::evaluate(optimizer, test, {.samples = 16, .refine = 3}).mean_gap;
  std::printf("mean gap to the best known rate in %zu new cells:\n", test.size());
  std::printf("WMMSE %.4f, one sample %.4f, best of 4 %.4f, best of 16 refined %.4f\n", once, one, four, best);

  const gdm::Answer<Problem> a = optimizer.answer(test.condition(0), {.samples = 16, .refine = 3});
  std::printf("cell 1: %.2f bit/s/Hz, no beams reach %.2f; powers in W:", a.objective, a.bound);
  for (int k = 0; k < 8; ++k) std::printf(" %.2f", a.solution.segment<16>(16 * k).squaredNorm());
  std::printf("\n");
  const bool feasible = Problem::violation(test.condition(0), a.solution) <= 1e-9;
  return feasible && best < four && four < one && four < once ? 0 : 1;
}
