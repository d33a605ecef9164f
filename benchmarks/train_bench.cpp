// SPDX-License-Identifier: MIT
/// @file
/// @brief Whole training steps: share of the machine's peak on one thread, and what a second thread adds.
///
/// A step is all of it: shuffling, noise, forward pass, pullback, the sum over shards, clipping, Adam, the weights'
/// average and the copy of the last good state at the end of an epoch. Only the multiply-adds of the weights count.
#include <benchmark/benchmark.h>

#include <gdm/gdm.hpp>

#include "support/cpu_clock.hpp"
#include "support/epoch_times.hpp"
#include "support/flops.hpp"
#include "support/peak.hpp"
#include "support/samples.hpp"

namespace {

template <class P, class Denoiser>
void train(benchmark::State& state, std::size_t batch_size) {
  using Optimizer = gdm::GdmOptimizer<P, Denoiser>;
  constexpr double flops = bench::training_flops<P, Optimizer>();
  // The share of the peak needs processor time, the speed-up wall-clock time; an epoch ends with a copy of the state.
  constexpr std::size_t steps = flops < 1e6 ? 32 : 4;
  const auto run = [&](int threads, auto times) {
    const gdm::Dataset<P> data = gdm::generate<P>(steps * batch_size, 1, 1);
    Optimizer optimizer;
    optimizer.train(data, {.epochs = 20, .batch_size = batch_size, .threads = threads}, times);
  };
  bench::Samples work, one, two;
  for (auto _ : state) {  // in turns, so that all see the same machine
    run(1, bench::EpochTimes<bench::CpuClock>{&work, steps});
    run(1, bench::EpochTimes<std::chrono::steady_clock>{&one, steps});
    run(2, bench::EpochTimes<std::chrono::steady_clock>{&two, steps});
  }
  const auto rows = static_cast<double>(batch_size);
  state.counters["us_per_step"] = 1e6 * work.best();
  state.counters["median_us_per_step"] = 1e6 * work.median();
  state.counters["rows_per_s"] = rows / work.best();
  state.counters["share_of_peak"] = rows * flops / work.best() / bench::peak();
  state.counters["two_threads_speedup"] = one.best() / two.best();
}

/// What all shares refer to.
void multiply_add_peak(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(bench::peak());
  state.counters["gflops"] = 1e-9 * bench::peak();
}

}  // namespace

int main(int argc, char** argv) {
  using benchmark::RegisterBenchmark;
  RegisterBenchmark("peak", multiply_add_peak)->Iterations(1);
  RegisterBenchmark("train/msr3/mlp64", train<gdm::MsrProblem, gdm::Mlp<64, 64, 64>>, 256);
  RegisterBenchmark("train/msr3/mlp64/batch512", train<gdm::MsrProblem, gdm::Mlp<64, 64, 64>>, 512);
  RegisterBenchmark("train/msr3/mlp128", train<gdm::MsrProblem, gdm::Mlp<128, 128, 128>>, 256);
  RegisterBenchmark("train/msr80/set48", train<gdm::Msr80Problem, gdm::SetMlp<48, 4>>, 256);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
