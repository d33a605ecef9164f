// SPDX-License-Identifier: MIT
#include <gdm/mpi/rows.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

#include "job_world.hpp"

namespace {

using Clock = std::chrono::steady_clock;

/// Deals n rows out; every row counts itself in the first table and writes two numbers into the second.
struct Dealt {
  std::vector<double> first, second;
  std::uint64_t own = 0;  ///< rows that this process has worked out

  template <class Work>
  Dealt(std::uint64_t n, int threads, const Work& work) : first(n), second(2 * n) {
    std::atomic<std::uint64_t> count{0};
    const gdm::RowTable tables[] = {{first.data(), 1}, {second.data(), 2}};
    gdm::mpi::detail::deal_rows(job_world(), n, threads, tables, [&](std::uint64_t i) {
      work(i);
      ++count;
      first[i] += 1;
      second[2 * i] = static_cast<double>(i);
      second[2 * i + 1] = -static_cast<double>(i);
    });
    own = count;
  }
  [[nodiscard]] bool complete() const {
    for (std::size_t i = 0; i < first.size(); ++i)
      if (first[i] != 1 || second[2 * i] != static_cast<double>(i) || second[2 * i + 1] != -static_cast<double>(i))
        return false;
    return true;
  }
  [[nodiscard]] std::uint64_t of_all() const {
    std::uint64_t sum = own;
    MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_UINT64_T, MPI_SUM, job_world().communicator());
    return sum;
  }
};

}  // namespace

TEST_CASE("every row is worked out once, on one process, and all processes have all rows in order") {
  const auto start = Clock::now();
  for (const std::uint64_t n : {1U, 2U, 3U, 7U, 100U, 4001U}) {
    for (const int threads : {1, 2, 3}) {
      const Dealt dealt(n, threads, [](std::uint64_t) {});
      CAPTURE(n);
      CAPTURE(threads);
      CHECK(dealt.complete());
      CHECK(dealt.of_all() == n);
    }
  }
  CHECK(Clock::now() - start < std::chrono::seconds(9));  // 18 times: none waits a second for news that cannot come
}

TEST_CASE("rows that take long keep nobody waiting: the others work the rest out meanwhile") {
  using namespace std::chrono_literals;
  const auto start = Clock::now();
  // One row of 400 ms, wherever it falls, and 99 of 4 ms; dealt out in halves beforehand, all would end later.
  const Dealt dealt(100, 1, [](std::uint64_t i) { std::this_thread::sleep_for(i == 3 ? 400ms : 4ms); });
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  CHECK(dealt.complete());
  if (job_world().size() > 1) {
    CHECK(seconds < 0.75);  // 0.4 s and a little, where one process needs 0.8 s
    CHECK(dealt.own < 99);
    CHECK(dealt.own > 0);
  }
}
