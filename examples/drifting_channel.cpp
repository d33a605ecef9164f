// SPDX-License-Identifier: MIT
// A cell whose channels drift from slot to slot: what the answer of the slot before is worth at the same deadline.
// Writes drift.csv and drift.svg.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <gdm/gdm.hpp>
#include <ratio>
#include <vector>

#include "support/plot.hpp"
#include "support/table.hpp"

namespace {

using Problem = gdm::Beamforming<4, 8>;  // 4 antennas, 8 users: also a choice of whom to serve
using Condition = Problem::Condition;
using Solution = Problem::Solution;
using Clock = std::chrono::steady_clock;
constexpr std::size_t slots = 1'000;

/// Gauss-Markov: h' = rho h + sqrt(1 - rho^2) e with e ~ CN(0, I).
Condition drift(const Condition& x, double rho, gdm::RandomStream& random) {
  Condition next = x;
  for (int i = 0; i < 2 * 4 * 8; ++i) next[i] = rho * x[i] + std::sqrt(0.5 * (1 - rho * rho)) * random.normal();
  return next;
}

/// What one way to solve does over all slots.
struct Run {
  std::vector<double> objective{}, microseconds{};

  /// Times `solve`, and keeps what it found.
  template <class Solve>
  Solution slot(const Condition& x, const Solve& solve) {
    const auto start = Clock::now();
    const Solution y = solve();
    microseconds.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    objective.push_back(Problem::objective(x, y));
    return y;
  }
  [[nodiscard]] double gap(const std::vector<double>& best) const {
    double sum = 0, of = 0;
    for (std::size_t i = 0; i < best.size(); ++i) {
      sum += objective[i];
      of += best[i];
    }
    return 1 - sum / of;
  }
  [[nodiscard]] double time(double quantile) const {
    auto sorted = microseconds;
    std::sort(sorted.begin(), sorted.end());
    return sorted[static_cast<std::size_t>(quantile * static_cast<double>(sorted.size() - 1))];
  }
};

}  // namespace

int main() {
  gdm::GdmOptimizer<Problem, gdm::GraphMlp<16, 3>, gdm::Ddim<5, std::ratio<1>>> optimizer;
  const auto report = optimizer.train(gdm::generate<Problem>(8'000, 1), {.epochs = 60, .seed = 1}, gdm::ProgressBar{});
  std::printf("%zu weights, trained in %.0f s\n", optimizer.parameter_count(), report.seconds);

  constexpr std::chrono::microseconds deadline{60};
  gdm::RandomStream random(/*seed=*/5);
  Condition x = Problem::draw(random);
  Solution held = optimizer.solve(x, {.samples = 64, .refine = 3}), last = held, climbed = held;
  Run afresh, from_last, climbing;
  std::vector<double> best, slot;
  for (std::size_t i = 0; i < slots; ++i) {
    x = drift(x, 0.99, random);
    (void)afresh.slot(x, [&] {
      return optimizer.solve(x, {.samples = 64, .refine = 1, .seed = i, .deadline = deadline});
    });
    last = from_last.slot(x, [&] {
      return optimizer.solve_from(x, last, {.samples = 64, .refine = 1, .noise = 0.5, .seed = i, .deadline = deadline});
    });
    climbed = climbing.slot(x, [&] {  // what one would do without this library: a step of WMMSE a slot
      return Problem::refine(x, climbed);
    });
    best.push_back(Problem::objective(x, Problem::optimal(x)));
    slot.push_back(static_cast<double>(i));
  }

  example::heading("1,000 slots, correlation 0.99 from one to the next, deadline 60 us");
  example::Table table({"method", "mean gap", "median us", "99 % us"});
  const auto row = [&](const char* name, const Run& run) {
    table.add({name, example::gap_text(run.gap(best)), example::text("%.0f", run.time(0.5)),
               example::text("%.0f", run.time(0.99))});
  };
  row("afresh", afresh);
  row("from the last answer", from_last);
  row("one step of WMMSE from the last answer", climbing);
  table.print();

  std::ofstream csv("drift.csv");
  csv << "slot,best known,afresh,from the last answer,one step of WMMSE,us afresh,us from the last answer\n";
  for (std::size_t i = 0; i < slots; ++i)
    csv << i << ',' << best[i] << ',' << afresh.objective[i] << ',' << from_last.objective[i] << ','
        << climbing.objective[i] << ',' << afresh.microseconds[i] << ',' << from_last.microseconds[i] << '\n';
  return from_last.gap(best) < afresh.gap(best) ? 0 : 1;
}
