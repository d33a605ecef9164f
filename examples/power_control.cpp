// SPDX-License-Identifier: MIT
// Transmit powers of links that disturb each other, with a proof of how good an answer is. Also an honest one: a step of
// WMMSE costs a fraction of a microsecond here, and restarts of it are the better solver of this problem.
#include <cstdio>
#include <gdm/gdm.hpp>
#include <ratio>

#include "support/table.hpp"
#include "support/timing.hpp"

int main() {
  constexpr int links = 6;
  using Problem = gdm::PowerControl<links>;
  using Condition = Problem::Condition;
  using Solution = Problem::Solution;
  using Channel = gdm::InterferenceChannel<links>;
  gdm::GdmOptimizer<Problem, gdm::GraphMlp<16, 3>, gdm::Ddim<5, std::ratio<1>>> optimizer;
  const auto report = optimizer.train(gdm::generate<Problem>(6'000, 1), {.epochs = 60, .seed = 1}, gdm::ProgressBar{});
  std::printf("%zu weights, trained in %.0f s\n", optimizer.parameter_count(), report.seconds);

  const auto test = gdm::generate<Problem>(500, 2026);
  example::Table table({"method", "mean gap", "us"});
  const auto measure = [&](const char* name, const auto& method) {
    auto answers = test.solutions;
    const double time = example::microseconds_each(
        test.size(), 5, [&](std::size_t i) { gdm::set_row(answers, i, Solution(method(test.condition(i)))); });
    const gdm::Evaluation e = gdm::evaluate_solutions(test, answers);
    table.add({name, example::gap_text(e.mean_gap), example::text("%.1f", time)});
    return e.feasible_fraction == 1.0 ? e.mean_gap : 1.0;
  };
  const double full = measure("all at full power", [](const Condition& x) {
    const Channel channel(x);
    return channel.powers(gdm::full_power(channel));
  });
  measure("greedy choice of links", [](const Condition& x) {
    const Channel channel(x);
    return channel.powers(gdm::greedy_links(channel));
  });
  const double wmmse = measure("WMMSE from full power", [](const Condition& x) {
    const Channel channel(x);
    return channel.powers(gdm::wmmse(channel, gdm::full_power(channel)));
  });
  measure("the better of two runs of WMMSE", [](const Condition& x) { return Problem::baseline(x); });
  measure("16 random starts of WMMSE", [](const Condition& x) {
    const Channel channel(x);
    return channel.powers(gdm::best_known_powers(channel, {.starts = 16, .switches = false}));
  });
  const double one = measure("one sample", [&](const Condition& x) { return optimizer.solve(x); });
  const double best = measure("best of 4 samples, 3 steps of ascent on each",
                              [&](const Condition& x) { return optimizer.solve(x, {.samples = 4, .refine = 3}); });
  example::heading("Gap to the best known rate, 500 instances of 6 links, times on one core");
  table.print();

  const Condition x = test.condition(0);
  const auto answer = optimizer.answer(x, {.samples = 16, .refine = 3});
  std::printf("\nproved: %.4f bit/s/Hz is at most %.1e below the optimum; powers in W:", answer.objective,
              answer.bound / answer.objective - 1);
  for (int i = 0; i < links; ++i) std::printf(" %.3f", answer.solution[i]);
  std::printf("\n");
  return best < wmmse && one < full && answer.objective <= answer.bound && answer.bound < 1.2 * answer.objective ? 0
                                                                                                                 : 1;
}
