// SPDX-License-Identifier: MIT
// A cell whose channels drift from slot to slot: what the answer of the slot before is worth at the same deadline.
// Writes drift.csv and drift.svg.
#include <algorithm>
#include <chrono>
#include <cmath>
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

using Optimizer = gdm::GdmOptimizer<Problem, gdm::GraphMlp<16, 3>, gdm::Ddim<5, std::ratio<1>>>;

Solution ten_starts(const Condition& x) {
  const gdm::Channels<4, 8> cell(x);
  gdm::RandomStream random(/*seed=*/7);
  gdm::BeamformingWmmseResult<8> best;
  for (int i = 0; i < 10; ++i) {
    const auto run = gdm::wmmse(cell, gdm::wmmse_start(cell, i, random));
    if (run.rate > best.rate) best = run;
  }
  return gdm::to_solution(cell, best.beams);
}

struct Comparison {
  Run afresh{}, from_last{}, climbing{}, restarts{};
  std::vector<double> best{};
};

Comparison compare(const Optimizer& optimizer, double rho) {
  constexpr std::chrono::microseconds deadline{40};
  gdm::RandomStream random(/*seed=*/5);
  Condition x = Problem::draw(random);
  Solution last = optimizer.solve(x, {.samples = 64, .refine = 3}), climbed = last;
  Comparison c;
  for (std::size_t i = 0; i < slots; ++i) {
    x = drift(x, rho, random);
    // Afresh more samples are worth more than steps on each.
    (void)c.afresh.slot(x, [&] { return optimizer.solve(x, {.samples = 64, .seed = i, .deadline = deadline}); });
    // The last answer, a step further, against samples that know nothing of it (noise = 1): whom to serve changes by
    // jumps, and samples that begin near the last answer (noise = 0.4) are slow to find out.
    last = c.from_last.slot(x, [&] {
      return optimizer.solve_from(x, last, {.samples = 64, .refine = 1, .noise = 1.0, .seed = i, .deadline = deadline});
    });
    // Without samples, a step of WMMSE a slot: whom it has silenced it never serves again.
    climbed = c.climbing.slot(x, [&] { return Problem::refine(x, climbed); });
    // The strongest answer without a network: WMMSE from zero-forcing, greedy selection and eight more greedy ones.
    (void)c.restarts.slot(x, [&] { return ten_starts(x); });
    c.best.push_back(Problem::objective(x, Problem::optimal(x)));
  }
  return c;
}

/// Means of 25 slots.
example::Panel panel(double rho, const Comparison& c, bool legend) {
  example::Panel result{.title = example::text("Correlation of one slot to the next: %g", rho),
                        .x_label = "slot (points: means of 25)",
                        .y_label = "below best known (%)",
                        .log_y = true,
                        .least = 1e-3,
                        .legend = legend ? example::legend_above(2) : "off",
                        .more = "set format y '%g'; set yrange [0.0007:100]; set ytics add ('≤ 0.001' 0.001)"};
  const auto add = [&](const char* name, const Run& run, int colour, bool dashed) {
    constexpr std::size_t width = 25;
    example::Curve curve{.name = name, .colour = colour, .dashed = dashed};
    for (std::size_t begin = 0; begin + width <= slots; begin += width) {
      double sum = 0, of = 0;
      for (std::size_t i = begin; i < begin + width; ++i) {
        sum += run.objective[i];
        of += c.best[i];
      }
      curve.x.push_back(static_cast<double>(begin) + 0.5 * width);
      curve.y.push_back(100 * (1 - sum / of));
    }
    result.curves.push_back(curve);
  };
  add("one step of WMMSE a slot", c.climbing, 1, true);
  add("ten starts of WMMSE afresh", c.restarts, 4, true);
  add("gdm afresh", c.afresh, 5, false);
  add("gdm from the last answer", c.from_last, 0, false);
  return result;
}

}  // namespace

int main() {
  Optimizer optimizer;
  const auto report = optimizer.train(gdm::generate<Problem>(8'000, 1), {.epochs = 60, .seed = 1}, gdm::ProgressBar{});
  std::printf("%zu weights, trained in %.0f s\n", optimizer.parameter_count(), report.seconds);

  std::ofstream csv("drift.csv");
  csv << "correlation,slot,best known,afresh,from the last answer,one step of WMMSE,ten starts of WMMSE,us afresh,us "
         "from the last answer\n";
  std::vector<example::Panel> panels;
  bool good = true;
  example::heading("1,000 slots, deadline 40 us");
  example::Table table({"correlation of slots", "method", "mean gap", "median us", "99 % us"});
  for (const double rho : {0.99, 0.999}) {
    const Comparison c = compare(optimizer, rho);
    const auto row = [&](const char* name, const Run& run) {
      table.add({example::text("%g", rho), name, example::gap_text(run.gap(c.best)),
                 example::text("%.0f", run.time(0.5)), example::text("%.0f", run.time(0.99))});
    };
    row("afresh", c.afresh);
    row("from the last answer", c.from_last);
    row("one step of WMMSE from its last answer", c.climbing);
    row("ten starts of WMMSE, afresh", c.restarts);
    for (std::size_t i = 0; i < slots; ++i)
      csv << rho << ',' << i << ',' << c.best[i] << ',' << c.afresh.objective[i] << ',' << c.from_last.objective[i]
          << ',' << c.climbing.objective[i] << ',' << c.restarts.objective[i] << ',' << c.afresh.microseconds[i] << ','
          << c.from_last.microseconds[i] << '\n';
    panels.push_back(panel(rho, c, panels.empty()));
    // Half the gap where a slot changes little, and never a loss.
    good = good && c.from_last.gap(c.best) < (rho > 0.995 ? 0.5 : 0.9) * c.afresh.gap(c.best);
  }
  table.print();
  std::printf("%s\n", example::write_svg("drift.svg", panels, 2, 2)
                          ? "picture: drift.svg"
                          : "no gnuplot, no picture: the numbers are in drift.csv");
  return good ? 0 : 1;
}
