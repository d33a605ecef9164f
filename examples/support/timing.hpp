// SPDX-License-Identifier: MIT
/// @file
/// @brief How long a call takes, on a machine that does other things, too.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <vector>

namespace example {

/// Mean time in us of `call(i)` for i below `count`, each the least of several passes over all of them: whatever else the
/// machine does only adds.
template <class Call>
double microseconds_each(std::size_t count, int passes, const Call& call) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> least(count, std::numeric_limits<double>::infinity());
  for (int pass = 0; pass < passes; ++pass) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto start = Clock::now();
      call(i);
      least[i] = std::min(least[i], std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    }
  }
  double sum = 0;
  for (const double t : least) sum += t;
  return sum / static_cast<double>(count);
}

}  // namespace example
