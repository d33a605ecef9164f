// SPDX-License-Identifier: MIT
// Learning without labels on a problem that has none: one setting of a reflecting surface for all users of a frame. On one
// core, against what climbs best from random starts. Writes reflecting_surface.csv and reflecting_surface.svg.
//     reflecting_surface [--quick]
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <gdm/gdm.hpp>
#include <gdm/problem/check_problem.hpp>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "reflecting_surface/reflecting_surface.hpp"
#include "support/plot.hpp"
#include "support/table.hpp"
#include "support/timing.hpp"

namespace {

using P = ReflectingSurface;
using Condition = P::Condition;
using Solution = P::Solution;
using example::text;

// ---- the formulas, written down a second time without registers -----------------------------------------------------

using Complex = std::complex<double>;

double plain_mean(const Condition& x, const std::vector<Complex>& v) {
  double inverses = 0;
  for (int k = 0; k < P::K; ++k) {
    const auto path = [&](int n) {
      const int i = k * (2 * P::N + 2) + 2 * n;
      return Complex(x[i], x[i + 1]);
    };
    Complex s = path(0);
    for (int n = 0; n < P::N; ++n) s += path(n + 1) * v[static_cast<std::size_t>(n)];
    inverses += 1 / std::log2(1 + std::norm(s));
  }
  return P::K / inverses;
}

/// Objective, gradient and fixed point against brute force. @returns the largest error, each in shares of what is allowed
double check_formulas() {
  double worst = 0;
  const auto expect = [&](double error, double allowed) { worst = error <= allowed * worst ? worst : error / allowed; };
  for (std::uint32_t i = 0; i < 5; ++i) {
    gdm::RandomStream random(/*seed=*/3, i);
    const Condition x = P::draw(random);
    const P::Context context = P::context(x);
    const auto complex = [](const Solution& y) {
      std::vector<Complex> v;
      for (int n = 0; n < P::N; ++n) v.emplace_back(y[2 * n], y[2 * n + 1]);
      return v;
    };
    const Solution start = P::solution(surface::random_phases(random));
    expect(std::abs(plain_mean(x, complex(start)) / P::objective(x, start, context) - 1), 1e-12);

    const surface::Ascent<double> ascent(context.exact, P::rows<double>(start));
    for (int n = 0; n < P::N; ++n) {
      constexpr double h = 1e-5;
      auto ahead = complex(start), back = ahead;
      ahead[static_cast<std::size_t>(n)] *= std::polar(1.0, h);
      back[static_cast<std::size_t>(n)] *= std::polar(1.0, -h);
      const double slope = (plain_mean(x, ahead) - plain_mean(x, back)) / (2 * h);
      expect(std::abs(slope - ascent.gradient()[n] * std::numbers::log2e), 1e-6);
    }

    // At an optimum the prices are the solution, and no element has a better angle.
    const Solution top = P::solution(surface::best_of_starts(context.links, 4, random));
    const double value = P::objective(x, top, context);
    expect(std::abs(P::objective(x, P::decode(x, P::encode(x, top, context), context), context) / value - 1), 5e-4);
    for (int n = 0; n < P::N; ++n)
      for (int degree = 0; degree < 360; degree += 5) {
        auto v = complex(top);
        v[static_cast<std::size_t>(n)] = std::polar(1.0, degree * std::numbers::pi / 180);
        expect(plain_mean(x, v) / value - 1, 1e-3);
      }
  }
  return worst;
}

// ---- objective against time ------------------------------------------------------------------------------------------

struct Measured {
  std::string method;
  std::size_t setting;  ///< starts or samples
  double microseconds;
  double mean;  ///< objective, bit/s/Hz; NaN if an answer is not feasible
};

class Comparison {
 public:
  Comparison(std::size_t instances, int passes) : passes_(passes), best_(instances) {
    for (std::uint32_t i = 0; i < instances; ++i) {
      gdm::RandomStream random(/*seed=*/2026, i);
      conditions_.push_back(P::draw(random));
    }
  }

  /// Measures `method(condition, number of the instance)`.
  template <class Method>
  void add(const std::string& name, std::size_t setting, const Method& method) {
    Measured m{name, setting, 0, 0};
    for (std::size_t i = 0; i < conditions_.size(); ++i) {
      const Solution y = method(conditions_[i], i);
      const double value = P::violation(conditions_[i], y) <= 1e-9 ? P::objective(conditions_[i], y)
                                                                   : std::numeric_limits<double>::quiet_NaN();
      m.mean += value / static_cast<double>(conditions_.size());
      best_[i] = std::max(best_[i], value);
    }
    volatile double kept = 0;  // else the compiler may leave out what nobody reads
    m.microseconds = example::microseconds_each(std::min<std::size_t>(conditions_.size(), 200), passes_,
                                                [&](std::size_t i) { kept = kept + method(conditions_[i], i)[0]; });
    measured.push_back(m);
  }

  /// 1 - the share of the best known.
  [[nodiscard]] double gap(const Measured& m) const {
    double best = 0;
    for (const double value : best_) best += value / static_cast<double>(best_.size());
    return 1 - m.mean / best;
  }
  [[nodiscard]] double gap(const std::string& method, std::size_t setting) const {
    for (const Measured& m : measured)
      if (m.method == method && m.setting == setting) return gap(m);
    return std::numeric_limits<double>::quiet_NaN();
  }

  /// The gap of a method after so many us, between its settings on a straight line in logarithms; NaN outside.
  [[nodiscard]] double gap_at(const std::string& method, double microseconds) const {
    const Measured* before = nullptr;
    for (const Measured& m : measured) {
      if (m.method != method) continue;
      if (m.microseconds >= microseconds) {
        if (before == nullptr) break;
        const double w =
            std::log(microseconds / before->microseconds) / std::log(m.microseconds / before->microseconds);
        return std::pow(gap(*before), 1 - w) * std::pow(gap(m), w);
      }
      before = &m;
    }
    return std::numeric_limits<double>::quiet_NaN();
  }

  std::vector<Measured> measured;

 private:
  int passes_;
  std::vector<Condition> conditions_;
  std::vector<double> best_;
};

constexpr const char* heuristic = "aligned with the direct paths";
constexpr const char* starts = "L-BFGS from random starts";
constexpr const char* plain = "gdm, samples alone";
constexpr const char* refined = "gdm, 5 steps, refined";
constexpr const char* refined2 = "gdm, 2 steps, refined";

/// Every sample is refined once, and the best one climbs to convergence.
template <class Optimizer>
Solution refined_answer(const Optimizer& optimizer, const Condition& x, std::size_t samples, std::size_t seed) {
  const Solution y = optimizer.solve(x, {.samples = samples, .refine = 1, .seed = seed});
  const surface::Links<float> links(x);
  surface::Ascent<float> ascent(links, P::rows<float>(y));
  ascent.finish();
  return P::solution(ascent.phases());
}

void add_classical(Comparison& table, bool quick) {
  table.add(heuristic, 1, [](const Condition& x, std::size_t) { return P::baseline(x); });
  for (const int n : quick ? std::vector{1, 2, 4, 8} : std::vector{1, 2, 4, 8, 16, 32, 256})
    table.add(starts, static_cast<std::size_t>(n), [n](const Condition& x, std::size_t i) {
      gdm::RandomStream random(/*seed=*/5, static_cast<std::uint32_t>(i));
      return P::solution(surface::best_of_starts(surface::Links<float>(x), n, random));
    });
}

template <class Optimizer>
void add_learned(Comparison& table, const Optimizer& optimizer, const char* name, const std::vector<std::size_t>& n) {
  for (const std::size_t samples : n)
    table.add(name, samples, [&, samples](const Condition& x, std::size_t i) {
      return refined_answer(optimizer, x, samples, i * 1000);
    });
}

void draw_picture(const Comparison& table, const gdm::LearnReport& report) {
  example::Panel time{.title = "16 users, 32 elements",
                      .x_label = "time per instance, one core (µs)",
                      .y_label = "below best known (%)",
                      .log_x = true,
                      .log_y = true,
                      .legend = "outside below center horizontal noopaque maxcols 2",
                      .more = "set format y '%g'; set xrange [8:500]; set yrange [0.02:20]"};
  const auto add = [&](const char* method, const char* legend, int colour, bool dashed, int symbol,
                       const char* labels) {
    example::Curve curve{
        .name = legend, .colour = colour, .dashed = dashed, .points = true, .symbol = symbol, .size = 0.8};
    for (const Measured& m : table.measured) {
      if (m.method != method) continue;
      curve.x.push_back(m.microseconds);
      curve.y.push_back(100 * table.gap(m));
      if (labels != nullptr) curve.labels.push_back(std::to_string(m.setting));
    }
    if (labels != nullptr) curve.label_offset = labels;  // of the numbers of starts or samples
    time.curves.push_back(curve);
  };
  add(starts, "L-BFGS, random starts", 1, true, 5, "0.9,0.5");
  add(plain, "gdm, samples alone", 5, false, 8, nullptr);
  add(refined2, "gdm, 2 steps, refined", 2, false, 9, nullptr);
  add(refined, "gdm, 5 steps, refined", 0, false, 7, "-0.7,-0.6");

  example::Panel rounds{.title = "Learning without labels",
                        .x_label = "round",
                        .y_label = "mean objective (bit/s/Hz)",
                        .legend = "outside below center horizontal noopaque",
                        .more = "set xtics 1"};
  const auto curve = [&](const char* name, const std::vector<double>& values, int colour) {
    example::Curve c{.name = name, .colour = colour, .points = true, .size = 0.8};
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (!std::isfinite(values[k])) continue;
      c.x.push_back(static_cast<double>(k + 1));
      c.y.push_back(values[k]);
    }
    rounds.curves.push_back(c);
  };
  curve("best known solutions", report.objective, 0);
  curve("one plain sample", report.sampled, 5);
  std::printf("%s\n", example::write_svg("reflecting_surface.svg", {time, rounds})
                          ? "picture: reflecting_surface.svg"
                          : "no gnuplot, no picture: the numbers are in reflecting_surface.csv");
}

}  // namespace

int main(int argc, char** argv) {
  const bool quick = argc > 1 && std::strcmp(argv[1], "--quick") == 0;
  const double error = check_formulas();
  std::printf("objective, gradient and fixed point against brute force: %.2g of what is allowed\n", error);
  const gdm::ProblemCheck checked = gdm::check_problem<P>({.instances = quick ? 2 : 10, .points = 200});
  std::printf("check_problem: %s\n", checked.passed() ? "all properties hold" : checked.text().c_str());

  gdm::GdmOptimizer<P> optimizer;
  const gdm::LearnReport report = optimizer.learn({.instances = quick ? 600U : 10'000U,
                                                   .rounds = quick ? 3U : 5U,
                                                   .samples = quick ? 4U : 8U,
                                                   .refine = 2,
                                                   .epochs = quick ? 10U : 12U,
                                                   .final_epochs = quick ? 30U : 100U,
                                                   .seed = 1,
                                                   .threads = 1},
                                                  gdm::ProgressBar{});
  std::printf("%zu weights, learnt in %.0f s\nround    best known, bit/s/Hz    one sample    better answers found\n",
              optimizer.parameter_count(), report.seconds);
  for (std::size_t k = 0; k < report.objective.size(); ++k)
    std::printf("%5zu    %20.4f    %10.4f    %18.1f %%\n", k + 1, report.objective[k], report.sampled[k],
                100 * report.replaced[k]);

  Comparison table(quick ? 60 : 1'000, quick ? 3 : 9);
  add_classical(table, quick);
  for (const std::size_t n : std::vector<std::size_t>{1, 4, 16})
    table.add(plain, n, [&, n](const Condition& x, std::size_t i) {
      return optimizer.solve(x, {.samples = n, .seed = i * 1000});
    });
  add_learned(table, optimizer, refined,
              quick ? std::vector<std::size_t>{1, 4} : std::vector<std::size_t>{1, 2, 4, 8, 16, 32});
  optimizer.save("reflecting_surface.safetensors");  // the same weights with another sampler
  add_learned(table, gdm::GdmOptimizer<P, gdm::Ddim<2, std::ratio<1>>>::load("reflecting_surface.safetensors"),
              refined2, quick ? std::vector<std::size_t>{1} : std::vector<std::size_t>{1, 2, 4});

  std::ofstream csv("reflecting_surface.csv");
  csv << "method;starts or samples;us an instance;share of best known\n";
  example::heading("Objective against time on one core");
  example::Table rows({"method", "n", "us", "below best known", "random starts at that time"});
  std::vector<std::pair<double, bool>> ahead;  // at how many us, and whether
  for (const Measured& m : table.measured) {
    const bool learned = m.method == refined || m.method == refined2;
    const double rival = learned ? table.gap_at(starts, m.microseconds) : std::numeric_limits<double>::quiet_NaN();
    rows.add({m.method, std::to_string(m.setting), text("%.0f", m.microseconds), text("%.2f %%", 100 * table.gap(m)),
              std::isfinite(rival) ? text("%.2f %%", 100 * rival) : ""});
    csv << m.method << ';' << m.setting << ';' << m.microseconds << ';' << 1 - table.gap(m) << '\n';
    if (std::isfinite(rival)) ahead.emplace_back(m.microseconds, table.gap(m) < rival);
  }
  rows.print();
  std::sort(ahead.begin(), ahead.end());
  for (const bool better : {true, false}) {
    std::string times;
    for (const auto& [time, is] : ahead)
      if (is == better) times += text("%s%.0f", times.empty() ? "" : ", ", time);
    std::printf("%s is better at: %s us\n", better ? "At equal time gdm" : "At equal time the best of random starts",
                times.empty() ? "no" : times.c_str());
  }
  draw_picture(table, report);

  // What a sample is worth: climbing from it must end higher than climbing from random phases.
  const double sample = table.gap(refined, 1), start = table.gap(starts, 1);
  const bool learnt = report.objective.back() > report.objective.front() && sample < (quick ? 1.0 : 0.6) * start;
  return error <= 1 && checked.passed() && learnt ? 0 : 1;
}
