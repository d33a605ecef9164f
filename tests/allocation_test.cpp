// SPDX-License-Identifier: MIT
// Counts every call of the heap in this program, also those that do not come from operator new.
#include <gdm/optimizer.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <span>
#include <thread>
#include <vector>

// Only glibc offers its allocator under second names, and the sanitizers replace it themselves.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GDM_TEST_COUNTS_HEAP 1
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#undef GDM_TEST_COUNTS_HEAP
#endif
#endif

#if defined(GDM_TEST_COUNTS_HEAP)

namespace {
constinit std::atomic<long> heap_calls{0};
}

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t n) noexcept {
  ++heap_calls;
  return __libc_malloc(n);
}
void* calloc(std::size_t n, std::size_t size) noexcept {
  ++heap_calls;
  return __libc_calloc(n, size);
}
void* realloc(void* p, std::size_t n) noexcept {
  ++heap_calls;
  return __libc_realloc(p, n);
}
void* aligned_alloc(std::size_t alignment, std::size_t n) noexcept {
  ++heap_calls;
  return __libc_memalign(alignment, n);
}
int posix_memalign(void** p, std::size_t alignment, std::size_t n) noexcept {
  ++heap_calls;
  *p = __libc_memalign(alignment, n);
  return *p == nullptr ? ENOMEM : 0;
}
}

namespace {

template <class Work>
long heap_calls_of(const Work& work) {
  const long before = heap_calls;
  work();
  return heap_calls - before;
}

template <class Optimizer, class P>
void solves_without_heap(const gdm::Dataset<P>& data) {
  Optimizer optimizer;
  optimizer.train(data, {.epochs = 1, .batch_size = 50, .p_uncond = 0.1, .threads = 1});
  typename P::Solution sum = optimizer.solve(data.condition(0));  // makes this thread's buffers
  typename P::Solution answer;
  int failed = 0;
  const std::span<const double> from(data.conditions.data(), data.conditions.shape(1) * 3);
  std::vector<double> to(data.solutions.shape(1) * 3);
  const long calls = heap_calls_of([&] {
    for (std::size_t i = 0; i < data.size(); ++i) {
      sum += optimizer.solve(data.condition(i), {.seed = i});
      sum += optimizer.solve(data.condition(i), {.samples = 40, .omega = 1, .baseline = true, .seed = i});
      sum += optimizer.solve(data.condition(i), {.samples = 3, .refine = 2, .rounds = 2, .seed = i});
      sum += optimizer.answer(data.condition(i), {.seed = i, .deadline = std::chrono::microseconds(1)}).solution;
      sum += optimizer.solve_from(data.condition(i), data.solution(i), {.seed = i});
      if (optimizer.try_solve(data.condition(i), answer, {.seed = i})) ++failed;
      optimizer.solve_into(from, std::span<double>(to), {.samples = 2, .threads = 1});
    }
  });
  CHECK(calls == 0);
  CHECK(failed == 0);
  CHECK(sum.allFinite());

  long first = -1, later = -1;  // another thread pays once too
  std::thread([&] {
    first = heap_calls_of([&] { sum += optimizer.solve(data.condition(0)); });
    later = heap_calls_of([&] { sum += optimizer.solve(data.condition(1), {.samples = 3, .omega = 2}); });
  }).join();
  CHECK(first > 0);
  CHECK(later == 0);
}

}  // namespace

TEST_CASE("the count of heap calls sees operator new, over-aligned or not, and what Eigen asks for") {
  struct alignas(64) Wide {
    double numbers[8];
  };
  const void* volatile keep = nullptr;  // so that no allocation is optimised away
  const auto look_at = [&](const void* p) { keep = p; };
  CHECK(heap_calls_of([&] { look_at(std::make_unique<int>().get()); }) == 1);
  CHECK(heap_calls_of([&] { look_at(std::make_unique<Wide>().get()); }) == 1);
  CHECK(heap_calls_of([&] { look_at(Eigen::VectorXd(100).data()); }) == 1);
  CHECK(heap_calls_of([&] { look_at(std::vector<double>(100).data()); }) == 1);
}

TEST_CASE("solve touches no heap after a thread's first call") {
  using Three = gdm::SumRate<3, 10'000>;
  using Thirty = gdm::SumRate<30>;
  solves_without_heap<gdm::GdmOptimizer<Three, gdm::CosineSchedule<8>, gdm::Mlp<16, 16>>>(
      gdm::generate<Three>(100, 1, 1));
  solves_without_heap<gdm::GdmOptimizer<Thirty, gdm::CosineSchedule<30>, gdm::SetMlp<8, 2>>>(  // noise step by step
      gdm::generate<Thirty>(50, 1, 1));
}

#else

TEST_CASE("solve touches no heap after a thread's first call") {
  MESSAGE("heap calls cannot be counted in this build");
}

#endif
