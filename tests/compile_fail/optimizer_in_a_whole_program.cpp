// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S14] Problem needs `static double objective(const Condition&, const Solution&)`
// Whatever a program does with a problem that is none, and with its optimizer, adds no error to the first.
#include <gdm/analysis/evaluation.hpp>
#include <gdm/optimizer.hpp>
#include <gdm/problem/check_problem.hpp>
#include <gdm/train/progress_bar.hpp>

struct Mine {
  using Condition = gdm::Vector<2>;
  using Solution = gdm::Vector<2>;
  static constexpr gdm::Sense sense = gdm::Sense::minimize;
#ifndef GDM_EXPECT_FAIL
  static double objective(const Condition&, const Solution& y) { return 1 + y.sum(); }
#endif
  static Solution project(const Condition&, const Solution& y) { return y; }
  static double violation(const Condition&, const Solution&) { return 0.0; }
  static Solution optimal(const Condition& x) { return x; }
  template <class Generator>
  static Condition draw(Generator&) {
    return {};
  }
};

int main() {
  const bool sound = gdm::check_problem<Mine>().passed();
  const auto [train, test] = gdm::split(gdm::generate<Mine>(100, 1), 0.8);
  gdm::GdmOptimizer<Mine> optimizer;
  const gdm::TrainReport report = optimizer.train(train, {.epochs = 1, .seed = 1}, gdm::ProgressBar{});
  const gdm::Evaluation result = gdm::evaluate(optimizer, test, {.samples = 4});
  const Mine::Solution y = optimizer.solve(test.condition(0), {.omega = 1});
  const auto path = optimizer.trajectory(test.condition(0));
  optimizer.save("mine.safetensors");
  const auto again = gdm::GdmOptimizer<Mine>::load("mine.safetensors");
  return sound && again.trained() && report.epochs == 1 && result.mean_gap < y[0] + path.objective(0);
}
