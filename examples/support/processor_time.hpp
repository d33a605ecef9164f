// SPDX-License-Identifier: MIT
/// @file
/// @brief Processor time of a thread.
#pragma once

#include <time.h>

namespace example {

/// Of this thread: what other programs do does not count.
inline double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace example
