// SPDX-License-Identifier: MIT
// Downlink beamforming with channels of your own: users around a uniform linear array. Prints how far greedy selection,
// WMMSE and a trained optimizer are from the best known rates, and what each user of one cell gets; draws the beams.
#include <chrono>
#include <cstdio>
#include <gdm/gdm.hpp>
#include <numbers>
#include <string>

#include "support/plot.hpp"
#include "support/table.hpp"

namespace {

using example::text;

/// The channel to angle phi from broadside of antennas half a wavelength apart, real and imaginary parts in turn.
template <int N>
gdm::Vector<2 * N> steering(double phi) {
  gdm::Vector<2 * N> h;
  for (int n = 0; n < N; ++n) {
    const double phase = std::numbers::pi * n * std::sin(phi);
    h[2 * n] = std::cos(phase);
    h[2 * n + 1] = std::sin(phase);
  }
  return h;
}
constexpr double radian = std::numbers::pi / 180;

//! [draw]
/// Users anywhere within 60 degrees of broadside: a line of sight, and scattered power 10 dB below it. 10 dB of SNR.
struct LinearArray {
  template <int N, int K, class Generator>
  static gdm::Vector<2 * N * K + K + 1> draw(Generator& rng) {
    gdm::Vector<2 * N * K + K + 1> x;
    for (int k = 0; k < K; ++k) {
      x.template segment<2 * N>(2 * N * k) = steering<N>(radian * gdm::draw_uniform(rng, -60.0, 60.0));
      for (int i = 0; i < 2 * N; ++i) x[2 * N * k + i] += std::sqrt(0.05) * gdm::draw_normal(rng);
    }
    x.template segment<K>(2 * N * K).setOnes();
    x[2 * N * K + K] = 10.0;
    return x;
  }
};
//! [draw]

constexpr int antennas = 8, users = 4;
using Problem = gdm::Beamforming<antennas, users, LinearArray>;
using Condition = Problem::Condition;
using Solution = Problem::Solution;
using Cell = gdm::Channels<antennas, users>;

Solution zero_forcing(const Condition& x) {
  const Cell cell(x);
  return gdm::to_solution(cell, gdm::rzf(cell));
}
Solution wmmse(const Condition& x) {
  const Cell cell(x);
  return gdm::to_solution(cell, gdm::wmmse(cell, gdm::rzf(cell)).beams);
}

/// The rate of one user in bit/s/Hz: the objective with the weight of the others so small that they do not count.
double rate_of(Condition x, const Solution& y, int user) {
  for (int k = 0; k < users; ++k) x[2 * antennas * users + k] = k == user ? 1.0 : 1e-12;
  return Problem::objective(x, y);
}

/// Radiated power of every beam against the angle, relative to an isotropic antenna with all of the power.
example::Panel pattern(const std::string& title, const Solution& y, double power, const std::array<double, users>& at,
                       bool legend) {
  example::Panel panel{.title = title, .x_label = "angle from broadside (degrees)", .y_label = "radiated power (dB)"};
  panel.legend = legend ? example::legend_above(1) : "off";
  panel.more = "set xrange [-90:90]; set yrange [-40:12]; set xtics 30; unset arrow\n";
  for (int k = 0; k < users; ++k) {
    const double angle = at[static_cast<std::size_t>(k)];
    panel.more +=
        text("set arrow from %g,-40 to %g,12 nohead dt 3 lc rgb '%s'\n", angle, angle, example::detail::colour(k));
    example::Curve curve{.name = text("user %d at %g°", k + 1, angle), .colour = k, .dashed = k % 2 == 1};
    for (double phi = -90; phi <= 90; phi += 0.5) {
      const auto a = steering<antennas>(radian * phi);
      double re = 0, im = 0;  // a^H w
      for (int n = 0; n < antennas; ++n) {
        const double wr = y[2 * (antennas * k + n)], wi = y[2 * (antennas * k + n) + 1];
        re += a[2 * n] * wr + a[2 * n + 1] * wi;
        im += a[2 * n] * wi - a[2 * n + 1] * wr;
      }
      curve.x.push_back(phi);
      curve.y.push_back(10 * std::log10(std::max((re * re + im * im) / power, 1e-6)));
    }
    panel.curves.push_back(curve);
  }
  return panel;
}

}  // namespace

int main() {
  gdm::GdmOptimizer<Problem, gdm::GraphMlp<16, 3>, gdm::Ddim<5, std::ratio<1>>> optimizer;
  const auto report = optimizer.train(gdm::generate<Problem>(6'000, 1), {.epochs = 60, .seed = 1}, gdm::ProgressBar{});
  std::printf("%zu weights, trained in %.0f s\n", optimizer.parameter_count(), report.seconds);

  const auto test = gdm::generate<Problem>(500, 2026);
  const auto gap_of = [&](const auto& method) {
    auto answers = test.solutions;
    for (std::size_t i = 0; i < test.size(); ++i) gdm::set_row(answers, i, method(test.condition(i)));
    return gdm::evaluate_solutions(test, answers).mean_gap;
  };
  const auto solve = [&](const Condition& x) { return optimizer.solve(x, {.samples = 4, .refine = 3}); };
  const double greedy = gap_of([](const Condition& x) { return Solution(Problem::baseline(x)); });
  const double iterated = gap_of(wmmse), one = gap_of([&](const Condition&x) { return optimizer.solve(x); }),
               best = gap_of(solve);
  example::heading("Mean gap to the best of 40 runs of WMMSE, 500 cells of 4 users and 8 antennas");
  example::Table gaps({"method", "gap"});
  gaps.add({"regularised zero-forcing of all", example::gap_text(gap_of(zero_forcing))});
  gaps.add({"greedy selection, then zero-forcing", example::gap_text(greedy)});
  gaps.add({"WMMSE from zero-forcing", example::gap_text(iterated)});
  gaps.add({"one sample", example::gap_text(one)});
  gaps.add({"best of 4 samples, 3 steps of WMMSE on each", example::gap_text(best)});
  gaps.print();

  // Two users stand close together, so that somebody has to give way.
  const std::array<double, users> angles{-35, 10, 16, 45};
  Condition x = test.condition(0);
  for (int k = 0; k < users; ++k)
    x.segment<2 * antennas>(2 * antennas * k) = steering<antennas>(radian * angles[static_cast<std::size_t>(k)]);
  const std::vector<std::pair<std::string, Solution>> answers{{"regularised zero-forcing", zero_forcing(x)},
                                                              {"WMMSE from zero-forcing", wmmse(x)},
                                                              {"this library", solve(x)},
                                                              {"best known", Problem::optimal(x)}};
  example::heading("Rates of one cell in bit/s/Hz");
  example::Table rates({"method", "user at -35 deg", "10 deg", "16 deg", "45 deg", "sum"});
  for (const auto& [name, y] : answers) {
    std::vector<std::string> row{name};
    for (int k = 0; k < users; ++k) row.push_back(text("%.2f", rate_of(x, y, k)));
    row.push_back(text("%.3f", Problem::objective(x, y)));
    rates.add(row);
  }
  rates.print();

  const bool drawn = example::write_svg("beams.svg",
                                        {pattern(answers[0].first, answers[0].second, 10.0, angles, true),
                                         pattern(answers[2].first, answers[2].second, 10.0, angles, false)},
                                        2, 1);
  std::printf("%s\n", drawn ? "picture: beams.svg" : "no gnuplot, no picture");
  const double ours = Problem::objective(x, answers[2].second), known = Problem::objective(x, answers[3].second);
  return best < iterated && best < greedy && ours > 0.98 * known && Problem::violation(x, answers[2].second) <= 1e-9
             ? 0
             : 1;
}
