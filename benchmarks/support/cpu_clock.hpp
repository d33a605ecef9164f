// SPDX-License-Identifier: MIT
/// @file
/// @brief Processor time of the calling thread: what long measurements on one thread need on a machine that is shared.
#pragma once

#include <chrono>
#include <ctime>

namespace bench {

/// Stands still while the thread is off the processor. Reading it takes a call of the kernel: not for microseconds.
struct CpuClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<CpuClock>;
  static constexpr bool is_steady = true;

  static time_point now() noexcept {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
  }
};

}  // namespace bench
