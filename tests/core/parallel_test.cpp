// SPDX-License-Identifier: MIT
#include <gdm/core/parallel.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

TEST_CASE("parallel_for runs every piece once for any number of threads") {
  for (const int threads : {1, 2, 3, 8}) {
    for (const int n : {0, 1, 2, 7, 100}) {
      std::vector<std::atomic<int>> runs(static_cast<std::size_t>(n));
      gdm::parallel_for(n, threads, [&](int i) { ++runs[static_cast<std::size_t>(i)]; });
      for (const auto& count : runs) CHECK(count == 1);
    }
  }
  gdm::parallel_for(-1, 2, [](int) { FAIL("a loop without pieces ran one"); });
}

TEST_CASE("an exception of a piece leaves the loop instead of ending the program") {
  for (const int threads : {1, 2}) {
    CHECK_THROWS_WITH_AS(gdm::parallel_for(10, threads,
                                           [](int i) {
                                             if (i == 7) throw std::runtime_error("piece 7");
                                           }),
                         "piece 7", std::runtime_error);
  }
}

TEST_CASE("a request for threads is met, and a request for all gets at least one") {
  CHECK(gdm::thread_count(0) >= 1);
#if defined(_OPENMP)
  CHECK(gdm::thread_count(3) == 3);
#else
  CHECK(gdm::thread_count(3) == 1);
#endif
}
