// SPDX-License-Identifier: MIT
// A control loop: the channels drift, and every millisecond the power is shared anew. After a thread's first call a
// solve touches no heap, so that nothing but the processor decides how long it takes.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <gdm/gdm.hpp>
#include <new>
#include <vector>

static std::atomic<long> allocations{0};
[[gnu::noinline]] void* operator new(std::size_t n) {
  ++allocations;
  if (void* p = std::malloc(n)) return p;
  throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

int main() {
  using Problem = gdm::MsrProblem;
  using Clock = std::chrono::steady_clock;
  gdm::GdmOptimizer<Problem> optimizer;
  optimizer.train(gdm::generate<Problem>(4'000, 1), {.epochs = 40, .seed = 1}, gdm::ProgressBar{});

  constexpr std::size_t ticks = 2'000;
  std::vector<double> microseconds(ticks);
  gdm::RandomStream channel(/*seed=*/5);
  Problem::Condition x = Problem::draw(channel);
  (void)optimizer.solve(x);  // the first call sets up this thread's workspace
  double rate = 0, best = 0;
  const long before = allocations;
  for (std::size_t tick = 0; tick < ticks; ++tick) {
    for (int i = 0; i < 3; ++i) x[i] = std::clamp(x[i] + 0.02 * channel.normal(), 0.5, 2.5);
    const auto start = Clock::now();
    const Problem::Solution powers = optimizer.solve(x, {.seed = tick});
    microseconds[tick] = std::chrono::duration<double, std::micro>(Clock::now() - start).count();
    rate += Problem::objective(x, powers);
    best += Problem::bound(x);
  }
  const long during = allocations - before;

  std::sort(microseconds.begin(), microseconds.end());
  const auto late = microseconds.end() - std::upper_bound(microseconds.begin(), microseconds.end(), 1000.0);
  std::printf("%zu solves: median %.1f us, 99 %% %.1f us, worst %.1f us; %td later than 1 ms\n", ticks,
              microseconds[ticks / 2], microseconds[ticks * 99 / 100], microseconds.back(), late);
  std::printf("%ld heap allocations; %.5f %% of the optimal rate\n", during, 100 * rate / best);
  return during == 0 && rate > 0.9999 * best && microseconds[ticks / 2] < 1000 ? 0 : 1;
}
