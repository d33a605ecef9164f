// SPDX-License-Identifier: MIT
/// @file
/// @brief What a random number costs, in arrays, in short columns and one by one.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <gdm/core/random.hpp>
#include <random>
#include <type_traits>
#include <vector>

namespace {

/// Shows the time of one of the `n` values of an iteration.
void count_values(benchmark::State& state, const char* name, std::size_t n) {
  state.counters[name] = benchmark::Counter(
      static_cast<double>(n), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

/// Times `fill(id, out)` for an array of `n` values and another stream in every iteration.
template <class T, class Fill>
void time_fill(benchmark::State& state, const char* name, std::size_t n, const Fill& fill) {
  std::vector<T> out(n);
  gdm::StreamId id{.seed = 1};
  for (auto _ : state) {
    ++id.instance;
    fill(id, out.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_values(state, name, n);
}

template <class S>
void BM_FillNormal(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  time_fill<S>(state, "per_normal", n, [n](const gdm::StreamId& id, S* out) { gdm::fill_normal(id, out, n); });
}
BENCHMARK(BM_FillNormal<float>)->Arg(3)->Arg(80)->Arg(4096);
BENCHMARK(BM_FillNormal<double>)->Arg(3)->Arg(80)->Arg(4096);

/// All noise of a solve: steps, dim.
template <class S>
void BM_FillNormalSteps(benchmark::State& state) {
  const auto steps = static_cast<int>(state.range(0));
  const auto dim = static_cast<int>(state.range(1));
  time_fill<S>(state, "per_normal", static_cast<std::size_t>(steps * dim),
               [=](const gdm::StreamId& id, S* out) { gdm::fill_normal_steps(id, steps, dim, out); });
}
BENCHMARK(BM_FillNormalSteps<float>)->Args({20, 3})->Args({20, 5})->Args({20, 80});
BENCHMARK(BM_FillNormalSteps<double>)->Args({20, 3})->Args({20, 80});

template <class S>
void BM_FillUniform(benchmark::State& state) {
  constexpr std::size_t n = 4096;
  time_fill<S>(state, "per_uniform", n, [](const gdm::StreamId& id, S* out) { gdm::fill_uniform(id, out, n); });
}
BENCHMARK(BM_FillUniform<float>);
BENCHMARK(BM_FillUniform<double>);

void BM_FillBits(benchmark::State& state) {
  constexpr std::size_t n = 4096;
  time_fill<std::uint32_t>(state, "per_word", n,
                           [](const gdm::StreamId& id, std::uint32_t* out) { gdm::fill_bits(id, out, n); });
}
BENCHMARK(BM_FillBits);

void BM_StreamNormal(benchmark::State& state) {
  gdm::RandomStream rng(1);
  for (auto _ : state) benchmark::DoNotOptimize(rng.normal());
  count_values(state, "per_normal", 1);
}
BENCHMARK(BM_StreamNormal);

void BM_StreamUniform(benchmark::State& state) {
  gdm::RandomStream rng(1);
  for (auto _ : state) benchmark::DoNotOptimize(rng.uniform());
  count_values(state, "per_uniform", 1);
}
BENCHMARK(BM_StreamUniform);

/// The standard library's sequential generator, for comparison.
template <class S>
void BM_StandardNormal(benchmark::State& state) {
  std::conditional_t<std::is_same_v<S, float>, std::mt19937, std::mt19937_64> rng(1);
  std::normal_distribution<S> normal;
  std::vector<S> out(4096);
  for (auto _ : state) {
    for (S& value : out) value = normal(rng);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_values(state, "per_normal", out.size());
}
BENCHMARK(BM_StandardNormal<float>);
BENCHMARK(BM_StandardNormal<double>);

}  // namespace

BENCHMARK_MAIN();
