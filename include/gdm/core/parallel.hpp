// SPDX-License-Identifier: MIT
/// @file
/// @brief A loop over independent pieces of work, on OpenMP's threads when the program is compiled with OpenMP.
#pragma once

#include <exception>

#include <gdm/core/config.hpp>

#if defined(_OPENMP)
#include <omp.h>
#endif

GDM_NAMESPACE_BEGIN

/// Threads that a request for `threads` gets: all of the machine for 0, one without OpenMP.
inline int thread_count([[maybe_unused]] int threads) noexcept {
#if defined(_OPENMP)
  return threads > 0 ? threads : omp_get_max_threads();
#else
  return 1;
#endif
}

/// Runs f(0) .. f(n - 1). Which thread runs a piece may differ from call to call, so a piece must depend on its number
/// alone. The first exception (by number of threads arriving) is thrown again after the loop.
template <class F>
void parallel_for(int n, [[maybe_unused]] int threads, const F& f) {
#if defined(_OPENMP)
  if (n > 1 && threads > 1) {
    std::exception_ptr error;
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int i = 0; i < n; ++i) {
      try {
        f(i);
      } catch (...) {
#pragma omp critical(gdm_parallel_for)
        if (!error) error = std::current_exception();
      }
    }
    if (error) std::rethrow_exception(error);
    return;
  }
#endif
  for (int i = 0; i < n; ++i) f(i);
}

GDM_NAMESPACE_END
