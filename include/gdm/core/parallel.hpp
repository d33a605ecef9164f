// SPDX-License-Identifier: MIT
/// @file
/// @brief A loop over independent pieces of work on several threads.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <thread>

#include <gdm/core/thread_pool.hpp>

GDM_NAMESPACE_BEGIN

/// Processors that this process may use.
inline int processor_count() noexcept {
  static const int count = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return count;
}

/// Threads that a request for `threads` means. 0 means all of the machine, or OMP_NUM_THREADS if that is fewer, as batch
/// systems set it. `parallel_for` starts no more than there are processors.
inline int thread_count(int threads) noexcept {
  static const int most = [] {
    const int processors = processor_count();
    const char* const limit = std::getenv("OMP_NUM_THREADS");
    const long wanted = limit == nullptr ? 0 : std::strtol(limit, nullptr, 10);
    return wanted > 0 ? static_cast<int>(std::min<long>(wanted, processors)) : processors;
  }();
  return threads > 0 ? threads : most;
}

/// Runs f(0) .. f(n - 1) on at most `threads` threads, and on no more than there are pieces or processors. Which thread
/// runs a piece may differ from call to call, so a piece must depend on its number alone. All pieces are run; the
/// first exception (by time of arrival) is thrown again after the loop. Any number of threads may have loops at once,
/// and a loop in a piece of another runs on that piece's thread.
template <class F>
void parallel_for(int n, int threads, const F& f) {
  const int helpers = std::min({n, threads, std::max(2, processor_count())}) - 1;
  if (helpers > 0 && !detail::ThreadPool::in_piece()) {
    detail::ThreadPool::instance().run(
        &f, [](const void* g, int i) { (*static_cast<const F*>(g))(i); }, n, helpers);
    return;
  }
  for (int i = 0; i < n; ++i) f(i);
}

GDM_NAMESPACE_END
