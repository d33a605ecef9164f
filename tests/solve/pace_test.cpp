// SPDX-License-Identifier: MIT
#include <gdm/solve/pace.hpp>

#include <doctest/doctest.h>

#include <chrono>

namespace {

using namespace std::chrono_literals;

/// A clock that stands still until it is set.
struct SetClock {
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<SetClock, duration>;
  static inline time_point time{};
  static time_point now() noexcept { return time; }
};
using Pace = gdm::detail::Pace<SetClock>;

/// Passes of `most` columns, where a pass takes `alone` and `further` for each column but the first. How many there were
/// in all and when the last one ended.
struct Run {
  int columns = 0;
  std::chrono::nanoseconds end{};
};
Run run(Pace& pace, int most, std::chrono::nanoseconds alone, std::chrono::nanoseconds further) {
  const auto begin = SetClock::time;
  Run result;
  while (const int n = pace.columns(most)) {
    SetClock::time += alone + (n - 1) * further;
    pace.passed(n);
    result.columns += n;
  }
  result.end = SetClock::time - begin;
  return result;
}

}  // namespace

TEST_CASE("Pace: without a deadline all columns at once") {
  Pace pace(0ns);
  CHECK_FALSE(pace.limited());
  CHECK(pace.columns(16) == 16);
  pace.passed(16);
  CHECK(pace.columns(7) == 7);
}

TEST_CASE("Pace: the first pass is one column, the next as many as its time allows") {
  Pace pace(100us);
  CHECK(pace.limited());
  CHECK(pace.columns(16) == 1);
  SetClock::time += 20us;
  pace.passed(1);
  CHECK(pace.columns(16) == 4);  // 80 us are left: one of 20 us and three as long
  SetClock::time += 35us;        // a further one took 5 us; the mean of the four is 8.75 us
  pace.passed(4);
  CHECK(pace.columns(16) == 1 + 2);  // 45 us: 20 us, and two of 8.75 us
  SetClock::time += 46us;
  pace.passed(3);
  CHECK(pace.columns(16) == 0);
}

TEST_CASE("Pace: never more columns than asked for, and none after the deadline") {
  Pace pace(1ms);
  CHECK(pace.columns(16) == 1);
  SetClock::time += 1us;
  pace.passed(1);
  CHECK(pace.columns(16) == 16);
  SetClock::time += 2ms;
  pace.passed(16);
  CHECK(pace.columns(16) == 0);
}

TEST_CASE("Pace: a deadline is overrun by less than one column alone, and most of its time is used") {
  for (const auto deadline : {30us, 50us, 100us, 200us, 333us})
    for (const auto alone : {5us, 12us, 25us})
      for (const auto further : {1us, 3us, 5us}) {
        CAPTURE(deadline.count());
        CAPTURE(alone.count());
        CAPTURE(further.count());
        Pace pace(deadline);
        const Run r = run(pace, 16, alone, further);
        CHECK(r.columns >= 1);
        CHECK(r.end >= deadline);
        CHECK(r.end < deadline + alone);
      }
}
