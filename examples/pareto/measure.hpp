// SPDX-License-Identifier: MIT
/// @file
/// @brief Objective against time on one core, for heuristics, a regression and the library's optimizer.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <gdm/analysis/interval.hpp>
#include <gdm/baseline/regression.hpp>
#include <gdm/gdm.hpp>
#include <limits>
#include <ratio>
#include <string>
#include <utility>
#include <vector>

#include "../support/processor_time.hpp"

namespace example {

/// How much is trained and measured.
struct Effort {
  std::size_t rows, epochs;  ///< of training
  std::size_t tests;         ///< instances that the share of the best known is a mean over
  std::size_t seeds;         ///< trainings of each learned method
  double seconds;            ///< least time of a measurement of time
  int threads = 0;           ///< that solve the test instances; 0 = all of the machine
};

/// One way to solve, measured.
struct ParetoPoint {
  std::string problem, method;
  std::size_t setting;  ///< starts or samples
  double microseconds;  ///< of one instance
  gdm::Estimate gap;    ///< 1 - mean objective / mean best known; the interval is over trainings
};

/// Everything that is measured on problem P. Best known of an instance is the best that any method here finds, and its
/// label, which is the best of 40 starts of WMMSE.
template <class P>
class Pareto {
 public:
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  static constexpr std::size_t timed = 200;  ///< instances that times are measured on

  Pareto(std::string problem, const Effort& effort, std::vector<ParetoPoint>& table)
      : problem_(std::move(problem)), effort_(effort), table_(table), test_(gdm::generate<P>(effort.tests, 2026)) {
    for (std::size_t i = 0; i < test_.size(); ++i) {
      conditions_.push_back(test_.condition(i));
      best_.push_back(P::objective(conditions_.back(), test_.solution(i)));
    }
  }

  /// Measures `method(condition, number of the instance)`, of one training if it is trained.
  template <class Solve>
  void measure(const std::string& name, std::size_t setting, const Solve& solve) {
    std::printf("%-18s %-30s %3zu\n", problem_.c_str(), name.c_str(), setting);
    std::fflush(stdout);
    auto method = std::find_if(methods_.begin(), methods_.end(),
                               [&](const Method& m) { return m.name == name && m.setting == setting; });
    if (method == methods_.end()) method = methods_.insert(methods_.end(), {name, setting, {}, {}});
    method->objectives.push_back(mean_objective(solve));
    method->times.push_back(time_of(solve));
  }

  /// Trains the optimizer and a regression with the same network on the same rows, once a seed, and measures both.
  template <class Denoiser>
  void learned() {
    const auto data = gdm::generate<P>(effort_.rows, 1);
    double seconds = 0;
    for (std::size_t seed = 1; seed <= effort_.seeds; ++seed) {
      gdm::Regression<P, Denoiser> regression;
      regression.train(data, {.epochs = effort_.epochs, .batch_size = 128, .learning_rate = 3e-3, .seed = seed});
      measure("regression", 1, [&](const Condition& x, std::size_t) { return regression.solve(x); });
      measure("regression, 3 steps of ascent", 1, [&](const Condition& x, std::size_t) {
        Solution y = regression.solve(x);
        for (int k = 0; k < 3; ++k) y = P::refine(x, y);
        return y;
      });
      gdm::GdmOptimizer<P, Denoiser, gdm::Ddim<5, std::ratio<1>>> optimizer;
      seconds +=
          optimizer
              .train(
                  data,
                  {.epochs = effort_.epochs, .batch_size = 128, .learning_rate = 3e-3, .p_uncond = 0.0, .seed = seed})
              .seconds;
      for (const std::size_t samples : std::initializer_list<std::size_t>{1, 2, 4, 16, 64}) {
        measure("samples", samples, [&](const Condition& x, std::size_t i) {
          return optimizer.solve(x, {.samples = samples, .seed = i * 1000});
        });
        measure("samples, 3 steps of ascent", samples, [&](const Condition& x, std::size_t i) {
          return optimizer.solve(x, {.samples = samples, .refine = 3, .seed = i * 1000});
        });
      }
    }
    std::printf("%s: %.0f s of training each\n", problem_.c_str(), seconds / static_cast<double>(effort_.seeds));
  }

  /// What a method took for an instance so far; 0 if it was not measured.
  [[nodiscard]] double microseconds(const std::string& name, std::size_t setting) const {
    for (const Method& m : methods_)
      if (m.name == name && m.setting == setting) return *std::min_element(m.times.begin(), m.times.end());
    return 0;
  }
  /// Adds everything to the table, once all methods had their turn.
  void finish() {
    for (const Method& method : methods_) add(method);
  }

 private:
  struct Method {
    std::string name;
    std::size_t setting;
    std::vector<double> objectives, times;  ///< means over the instances, one a training
  };

  void add(const Method& m) {
    double best = 0;
    for (const double b : best_) best += b / static_cast<double>(best_.size());
    std::vector<double> gaps;
    for (const double objective : m.objectives) gaps.push_back(1 - objective / best);
    const gdm::Estimate gap =
        gaps.size() > 1 ? gdm::log_interval(gaps, 1e-7) : gdm::Estimate{gaps[0], gaps[0], gaps[0]};
    table_.push_back({problem_, m.name, m.setting, microseconds(m.name, m.setting), gap});
    std::printf("%-18s %-30s %3zu   %8.2f us   share of best known %.5f (%.5f to %.5f)\n", problem_.c_str(),
                m.name.c_str(), m.setting, table_.back().microseconds, 1 - gap.value, 1 - gap.high, 1 - gap.low);
  }

  /// Minus infinity if an answer is not feasible. What is better than the best known is it from now on.
  template <class Solve>
  double mean_objective(const Solve& solve) {
    std::vector<double> found(conditions_.size());
    gdm::parallel_for(static_cast<int>(found.size()), gdm::thread_count(effort_.threads), [&](int i) {
      const auto row = static_cast<std::size_t>(i);
      const Solution y = solve(conditions_[row], row);
      found[row] = P::violation(conditions_[row], y) <= 1e-9 ? P::objective(conditions_[row], y)
                                                             : -std::numeric_limits<double>::infinity();
      best_[row] = std::max(best_[row], found[row]);
    });
    double sum = 0;
    for (const double f : found) sum += f;
    return sum / static_cast<double>(found.size());
  }

  /// Mean time of an instance in us on one core. Of every few instances the least time of several passes over all of
  /// them counts: whatever else the machine does only adds.
  template <class Solve>
  double time_of(const Solve& solve) const {
    using Clock = std::chrono::steady_clock;
    volatile double kept = 0;  // else the compiler may leave out what nobody reads
    const auto before = Clock::now();
    for (std::size_t i = 0; i < 4; ++i) kept = kept + solve(conditions_[i], i)[0];
    // As few as the clock can tell: another program in between spoils the fewer.
    const std::size_t part = Clock::now() - before < std::chrono::microseconds(80) ? 4 : 1;
    // Whole time slices pass in a call of milliseconds: then processor time counts, of fewer instances.
    const bool slow = Clock::now() - before > std::chrono::milliseconds(4);
    const std::size_t parts = std::min(slow ? timed / 8 : timed, conditions_.size()) / part;
    std::vector<double> least(parts, std::numeric_limits<double>::infinity());
    const auto begin = Clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
    for (int pass = 0; pass == 0 || (pass < 4 && seconds() < 10) || seconds() < effort_.seconds; ++pass) {
      for (std::size_t p = 0; p < parts; ++p) {
        const auto start = Clock::now();
        const double spent = slow ? processor_seconds() : 0;
        for (std::size_t i = p * part; i < (p + 1) * part; ++i) kept = kept + solve(conditions_[i], i)[0];
        const std::chrono::duration<double, std::micro> took = Clock::now() - start;
        least[p] = std::min(least[p], slow ? 1e6 * (processor_seconds() - spent) : took.count());
      }
    }
    double sum = 0;
    for (const double t : least) sum += t;
    return sum / static_cast<double>(parts * part);
  }

  std::string problem_;
  Effort effort_;
  std::vector<ParetoPoint>& table_;
  gdm::Dataset<P> test_;
  std::vector<Condition> conditions_;
  std::vector<double> best_;  ///< known objective of each instance
  std::vector<Method> methods_;
};

// Each in a file of its own, for they compile for half a minute.
void measure_beamforming_8x8(const Effort& effort, std::vector<ParetoPoint>& table);
void measure_beamforming_4x8(const Effort& effort, std::vector<ParetoPoint>& table);
void measure_power_control_10(const Effort& effort, std::vector<ParetoPoint>& table);
void measure_power_control_20(const Effort& effort, std::vector<ParetoPoint>& table);

}  // namespace example
