// SPDX-License-Identifier: MIT
/// @file
/// @brief The times of single calls: their median and percentiles become counters of a benchmark.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

namespace bench {

/// Times of single calls in seconds. Holds the latest 2^16 of them and allocates nothing while it measures.
class Samples {
 public:
  Samples() { seconds_.reserve(capacity); }

  /// Times `calls` calls of `f` together; short calls need many for the clock to resolve them.
  template <class Clock = std::chrono::steady_clock, class F>
  void time(const F& f, int calls = 1) {
    const auto start = Clock::now();
    for (int i = 0; i < calls; ++i) f();
    add(std::chrono::duration<double>(Clock::now() - start).count() / calls);
  }
  void add(double seconds) {
    if (seconds_.size() < capacity) {
      seconds_.push_back(seconds);
    } else {
      seconds_[count_ % capacity] = seconds;
    }
    ++count_;
  }

  [[nodiscard]] double quantile(double share) const {
    std::vector<double> sorted = seconds_;
    std::sort(sorted.begin(), sorted.end());
    return sorted[static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size() - 1)))];
  }
  [[nodiscard]] double best() const { return quantile(0); }
  [[nodiscard]] double median() const { return quantile(0.5); }

  /// Counters in microseconds.
  void report(benchmark::State& state) const {
    state.counters["best_us"] = 1e6 * best();
    state.counters["median_us"] = 1e6 * median();
    state.counters["p99_us"] = 1e6 * quantile(0.99);
  }

 private:
  static constexpr std::size_t capacity = 1 << 16;
  std::vector<double> seconds_;
  std::size_t count_ = 0;
};

}  // namespace bench
