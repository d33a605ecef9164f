// SPDX-License-Identifier: MIT
#include <gdm/core/parallel.hpp>

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

/// Work of some microseconds that no compiler removes.
double small_work(int seed) {
  volatile double x = seed;
  for (int i = 0; i < 2000; ++i) x = x * 0.999 + 1;
  return x;
}

/// Seconds of the fastest of some repeats of 300 loops of 8 pieces.
double seconds_of_loops(int threads) {
  double best = 1e9;
  std::vector<double> out(8);
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto start = Clock::now();
    for (int loop = 0; loop < 300; ++loop)
      gdm::parallel_for(8, threads, [&](int i) { out[static_cast<std::size_t>(i)] = small_work(i); });
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

}  // namespace

TEST_CASE("parallel_for runs every piece once for any number of threads") {
  for (const int threads : {-1, 0, 1, 2, 3, 8}) {
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

TEST_CASE("a request for threads is kept in mind, and a request for all is at most the machine") {
  CHECK(gdm::thread_count(0) >= 1);
  CHECK(gdm::thread_count(0) <= gdm::processor_count());
  CHECK(gdm::thread_count(3) == 3);
}

TEST_CASE("100,000 threads asked for are no more than there are processors") {
  std::mutex mutex;
  std::set<std::thread::id> seen;
  gdm::parallel_for(2000, 100'000, [&](int i) {
    (void)small_work(i);
    const std::lock_guard lock(mutex);
    seen.insert(std::this_thread::get_id());
  });
  CHECK(!seen.empty());
  CHECK(static_cast<int>(seen.size()) <= std::max(2, gdm::processor_count()));
}

TEST_CASE("several threads may have loops at once, and loops may hold loops") {
  std::atomic<int> sum{0};
  std::vector<std::thread> callers;
  for (int k = 0; k < 4; ++k) {
    callers.emplace_back([&] {
      for (int repeat = 0; repeat < 50; ++repeat)
        gdm::parallel_for(4, 2, [&](int) { gdm::parallel_for(3, 2, [&](int) { ++sum; }); });
    });
  }
  for (auto& caller : callers) caller.join();
  CHECK(sum == 4 * 50 * 4 * 3);
}

TEST_CASE("a child after fork has threads of its own, and does not wait for its parent's") {
  gdm::parallel_for(100, 2, [](int i) { (void)small_work(i); });  // the parent's helpers are there
  const ::pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::atomic<int> runs{0}, met{0};
    gdm::parallel_for(100, 2, [&](int) { ++runs; });
    gdm::parallel_for(2, 2, [&](int) {  // two threads are in pieces at once
      ++met;
      for (const auto start = Clock::now(); met < 2 && Clock::now() - start < std::chrono::seconds(10);)
        std::this_thread::yield();
      if (met < 2) ::_exit(2);
    });
    ::_exit(runs == 100 ? 0 : 1);
  }
  int status = -1;
  ::pid_t ended = 0;
  for (int waited = 0; waited < 2000 && ended == 0; ++waited) {
    ended = ::waitpid(child, &status, WNOHANG);
    if (ended == 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  if (ended == 0) ::kill(child, SIGKILL);
  CHECK(ended == child);
  CHECK(status == 0);
}

TEST_CASE("short loops are never much slower than on one thread, however busy the machine is") {
  std::atomic<bool> stop{false};
  std::vector<std::thread> others;
  for (int k = 0; k < gdm::processor_count(); ++k) {
    others.emplace_back([&] {
      while (!stop) (void)small_work(1);
    });
  }
  const double one = seconds_of_loops(1), all = seconds_of_loops(0);
  stop = true;
  for (auto& other : others) other.join();
  MESSAGE("one thread " << one << " s, all " << all << " s");
  CHECK(all < 4 * one);  // regions that begin and end with all of their threads: 20 times and more
}
