// SPDX-License-Identifier: MIT
// One optimizer, compiled for at most eight users, serves any number of them: a channel of zeros is a user who is not
// there. No other user's answer depends on such users, and the network spends no time on them.
#include <cstdio>
#include <gdm/gdm.hpp>
#include <ratio>
#include <vector>

#include "support/table.hpp"
#include "support/timing.hpp"

int main() {
  constexpr int antennas = 8, most = 8;
  //! [draw]
  using Problem = gdm::Beamforming<antennas, most, gdm::RandomlyPresent<>>;  // trained on all numbers of users
  //! [draw]
  gdm::GdmOptimizer<Problem, gdm::GraphMlp<16, 3>, gdm::Ddim<5, std::ratio<1>>> optimizer;
  const auto report = optimizer.train(gdm::generate<Problem>(8'000, 1), {.epochs = 40, .seed = 1}, gdm::ProgressBar{});
  std::printf("%zu weights, trained in %.0f s\n", optimizer.parameter_count(), report.seconds);

  example::heading("Best of 4 samples, one step of WMMSE on each, 200 cells for each number of users");
  example::Table table({"users", "mean gap", "greedy's gap", "us"});
  bool good = true;
  double fewest_time = 0, most_time = 0;
  for (int present = 2; present <= most; ++present) {
    constexpr std::size_t cells = 200;
    gdm::RandomStream random(/*seed=*/2026, /*instance=*/static_cast<std::uint32_t>(present));
    std::vector<Problem::Condition> conditions;
    double ours = 0, greedy = 0, known = 0;
    for (std::size_t i = 0; i < cells; ++i) {
      auto x = gdm::Beamforming<antennas, most>::draw(random);
      x.segment(2 * antennas * present, 2 * antennas * (most - present)).setZero();
      conditions.push_back(x);
      known += Problem::objective(x, Problem::optimal(x));
      greedy += Problem::objective(x, Problem::baseline(x));
    }
    std::vector<Problem::Solution> answers(cells);
    const double time = example::microseconds_each(cells, 5, [&](std::size_t i) {
      answers[i] = optimizer.solve(conditions[i], {.samples = 4, .refine = 1, .seed = i});
    });
    for (std::size_t i = 0; i < cells; ++i) {
      ours += Problem::objective(conditions[i], answers[i]);
      for (int k = present; k < most; ++k) good = good && answers[i].segment<2 * antennas>(2 * antennas * k).isZero(0);
    }
    if (present == 2) fewest_time = time;
    most_time = time;
    good = good && 1 - ours / known < 0.02;
    table.add({std::to_string(present), example::gap_text(1 - ours / known), example::gap_text(1 - greedy / known),
               example::text("%.1f", time)});
  }
  table.print();
  return good && fewest_time < most_time ? 0 : 1;
}
