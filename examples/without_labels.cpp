// SPDX-License-Identifier: MIT
// A problem of one's own without a solver: it states only its objective and what is feasible, and learns from its
// own best answers. Two radio links disturb each other; the optimum is one of three corners, so it can be checked here.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <gdm/gdm.hpp>
#include <limits>

//! [problem]
struct TwoLinks {
  using Condition = gdm::Vector<4>;  // link 1: own gain a, disturbing gain b; link 2: c, d; over the noise, 1/W
  using Solution = gdm::Vector<2>;   // powers in W, each at most 1 W
  static constexpr gdm::Sense sense = gdm::Sense::maximize;

  static double objective(const Condition& x, const Solution& p) {  // sum rate in bit/s/Hz
    return std::log2(1 + x[0] * p[0] / (1 + x[1] * p[1])) + std::log2(1 + x[2] * p[1] / (1 + x[3] * p[0]));
  }
  static Solution project(const Condition&, const Solution& p) { return p.cwiseMax(0.0).cwiseMin(1.0); }
  static double violation(const Condition& x, const Solution& p) {
    return p.allFinite() ? (p - project(x, p)).cwiseAbs().maxCoeff() : std::numeric_limits<double>::infinity();
  }
  template <class Generator>
  static Condition draw(Generator& rng) {  // Rayleigh fading, 10 dB
    Condition x;
    for (double& gain : x) gain = 10 * -std::log1p(-gdm::draw_uniform(rng));
    return x;
  }
};
//! [problem]

int main() {
  gdm::GdmOptimizer<TwoLinks> optimizer;
  const gdm::LearnReport report =
      optimizer.learn({.instances = 4'000, .rounds = 6, .samples = 8, .seed = 1}, gdm::ProgressBar{});
  std::printf("round    mean rate of the best known    of one sample    better answers found\n");
  for (std::size_t k = 0; k < report.objective.size(); ++k)
    std::printf("%5zu    %24.5f    %13.5f    %18.1f %%\n", k + 1, report.objective[k], report.sampled[k],
                100 * report.replaced[k]);

  gdm::RandomStream rng(7);
  double one = 0, of8 = 0, both = 0;
  constexpr int n = 1'000;
  for (int i = 0; i < n; ++i) {
    const TwoLinks::Condition x = TwoLinks::draw(rng);
    const auto gap = [&](const TwoLinks::Solution& p) {
      double best = 0;
      for (const TwoLinks::Solution& corner : {TwoLinks::Solution(1, 1), {1, 0}, {0, 1}})
        best = std::max(best, TwoLinks::objective(x, corner));
      return (best - TwoLinks::objective(x, p)) / best / n;
    };
    const auto seed = static_cast<std::uint64_t>(i);
    one += gap(optimizer.solve(x, {.seed = seed}));
    of8 += gap(optimizer.solve(x, {.samples = 8, .seed = seed}));
    both += gap(TwoLinks::Solution(1, 1));
  }
  std::printf("learnt in %.0f s; mean gap to the optimum on %d new instances: one sample %.1e, best of 8 %.1e; ",
              report.seconds, n, one, of8);
  std::printf("both links on %.1e\n", both);
  return report.objective.back() > report.objective.front() && of8 < 5e-3 && of8 <= one ? 0 : 1;
}
