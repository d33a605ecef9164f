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
#include <map>
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

/// Everything that is measured on problem P.
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
      best_ += P::objective(conditions_.back(), test_.solution(i));
    }
  }

  /// Measures `method(condition, number of the instance)`, which is not trained.
  template <class Method>
  void heuristic(const std::string& name, std::size_t setting, const Method& method) {
    const double gap = gap_of(method);
    add(name, setting, time_of(method), {gap, gap, gap});
  }

  /// Trains the optimizer and a regression with the same network on the same rows, once a seed, and measures both.
  template <class Denoiser>
  void learned() {
    const auto data = gdm::generate<P>(effort_.rows, 1);
    std::map<std::pair<std::string, std::size_t>, std::vector<double>> gaps, times;
    const auto measure = [&](const std::string& name, std::size_t setting, const auto& method) {
      gaps[{name, setting}].push_back(gap_of(method));
      times[{name, setting}].push_back(time_of(method));
    };
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
    for (const auto& [key, values] : gaps) {
      const std::vector<double>& t = times[key];
      add(key.first, key.second, *std::min_element(t.begin(), t.end()),
          values.size() > 1 ? gdm::log_interval(values, 1e-7) : gdm::Estimate{values[0], values[0], values[0]});
    }
  }

 private:
  void add(const std::string& name, std::size_t setting, double microseconds, const gdm::Estimate& gap) {
    table_.push_back({problem_, name, setting, microseconds, gap});
    std::printf("%-18s %-30s %3zu   %8.2f us   share of best known %.5f (%.5f to %.5f)\n", problem_.c_str(),
                name.c_str(), setting, microseconds, 1 - gap.value, 1 - gap.high, 1 - gap.low);
    std::fflush(stdout);
  }

  /// 1 - the method's share of the mean best known objective; infinite if an answer is not feasible.
  template <class Method>
  double gap_of(const Method& method) const {
    std::vector<double> found(conditions_.size());
    gdm::parallel_for(static_cast<int>(found.size()), gdm::thread_count(effort_.threads), [&](int i) {
      const auto row = static_cast<std::size_t>(i);
      const Solution y = method(conditions_[row], row);
      found[row] = P::violation(conditions_[row], y) <= 1e-9 ? P::objective(conditions_[row], y)
                                                             : -std::numeric_limits<double>::infinity();
    });
    double sum = 0;
    for (const double f : found) sum += f;
    return 1 - sum / best_;
  }

  /// Mean time of an instance in us on one core. Of every few instances the least time of several passes over all of
  /// them counts: whatever else the machine does only adds.
  template <class Method>
  double time_of(const Method& method) const {
    using Clock = std::chrono::steady_clock;
    volatile double kept = 0;  // else the compiler may leave out what nobody reads
    const auto before = Clock::now();
    for (std::size_t i = 0; i < 4; ++i) kept = kept + method(conditions_[i], i)[0];
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
        for (std::size_t i = p * part; i < (p + 1) * part; ++i) kept = kept + method(conditions_[i], i)[0];
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
  double best_ = 0;
};

// Each in a file of its own, for they compile for half a minute.
void measure_beamforming_8x8(const Effort& effort, std::vector<ParetoPoint>& table);
void measure_beamforming_4x8(const Effort& effort, std::vector<ParetoPoint>& table);
void measure_power_control_10(const Effort& effort, std::vector<ParetoPoint>& table);
void measure_power_control_20(const Effort& effort, std::vector<ParetoPoint>& table);

}  // namespace example
