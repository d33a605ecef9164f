// SPDX-License-Identifier: MIT
// A problem of one's own: transmit powers of three radio links that disturb each other. The sum rate is not concave in
// the powers, and its optimum jumps as the gains change: here by brute force, offline, as labels to learn from.
#include <cmath>
#include <cstdio>
#include <gdm/gdm.hpp>
#include <gdm/problem/check_problem.hpp>
#include <limits>

struct PowerControl {
  static constexpr int links = 3;
  using Condition = gdm::Vector<9>;  // element 3 i + j: gain from transmitter j to receiver i over the noise, in 1/W
  using Solution = gdm::Vector<3>;   // transmit powers in W, each at most 1 W
  using Features = gdm::Vector<9>;   // what the network sees: gains span decades, so their logarithms
  static constexpr gdm::Sense sense = gdm::Sense::maximize;
  static constexpr std::string_view name = "power_control";

  // Sum of log2(1 + SINR_i), in bit/s/Hz.
  static double objective(const Condition& x, const Solution& p) {
    double product = 1;
    for (int i = 0; i < links; ++i) {
      const double received = x.segment<3>(3 * i).dot(p), wanted = x[4 * i] * p[i];
      product *= (1 + received) / (1 + received - wanted);
    }
    return std::log2(product);
  }
  static Solution project(const Condition&, const Solution& p) { return p.cwiseMax(0.0).cwiseMin(1.0); }
  static double violation(const Condition& x, const Solution& p) {
    return p.allFinite() ? (p - project(x, p)).cwiseAbs().maxCoeff() : std::numeric_limits<double>::infinity();
  }
  static Features features(const Condition& x) { return x.array().max(1e-6).log(); }
  static Solution baseline(const Condition&) { return Solution::Ones(); }

  // Scaling all powers up never hurts, so some link runs at full power: a grid on each such face of the cube, then a
  // search around its best point whose step is halved until it is 1e-9 W.
  static Solution optimal(const Condition& x) {
    constexpr int cells = 12;
    Solution best = baseline(x);
    for (int full = 0; full < links; ++full) {
      const int a = (full + 1) % 3, b = (full + 2) % 3;
      Solution at = Solution::Ones(), p = at;
      for (int i = 0; i <= cells; ++i)
        for (int j = 0; j <= cells; ++j) {
          p[a] = i / double{cells};
          p[b] = j / double{cells};
          if (objective(x, p) > objective(x, at)) at = p;
        }
      for (double step = 0.5 / cells; step > 1e-9; step /= 2)
        for (const auto& [da, db] : {std::pair{1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
          p = at;
          p[a] += da * step;
          p[b] += db * step;
          p = project(x, p);
          if (objective(x, p) > objective(x, at)) at = p;
        }
      if (objective(x, at) > objective(x, best)) best = at;
    }
    return best;
  }

  // Rayleigh fading: the wanted signal 20 dB above the noise on average, every other one 10 dB.
  template <class Generator>
  static Condition draw(Generator& rng) {
    Condition x;
    for (int i = 0; i < 9; ++i) x[i] = (i % 4 == 0 ? 100 : 10) * -std::log1p(-gdm::draw_uniform(rng));
    return x;
  }
};

int main() {
  const gdm::ProblemCheck checked = gdm::check_problem<PowerControl>();
  std::printf("check_problem: %s\n", checked.passed() ? "all properties hold" : checked.text().c_str());

  const auto [train, test] = gdm::split(gdm::generate<PowerControl>(8'000, 1), 0.875);
  gdm::GdmOptimizer<PowerControl, gdm::Mlp<96, 96, 96>> optimizer;
  optimizer.train(train, {.epochs = 50, .seed = 1}, gdm::ProgressBar{});

  xt::xtensor<double, 2> full = test.solutions;
  full.fill(1.0);
  const gdm::Evaluation all_on = gdm::evaluate_solutions(test, full);
  const gdm::Evaluation one = gdm::evaluate(optimizer, test);
  const gdm::Evaluation of16 = gdm::evaluate(optimizer, test, {.samples = 16});
  std::printf("gap to the global optimum, %zu fresh instances   mean      median    99 %%\n", test.size());
  for (const auto& [name, e] :
       {std::pair{"all links at full power", all_on}, {"one sample", one}, {"best of 16", of16}})
    std::printf("  %-44s %.1e   %.1e   %.1e\n", name, e.mean_gap, e.median_gap, e.p99_gap);
  const bool feasible = one.feasible_fraction == 1 && of16.feasible_fraction == 1;
  return checked.passed() && feasible && one.mean_gap < 0.05 && of16.mean_gap < 0.01 ? 0 : 1;
}
