// SPDX-License-Identifier: MIT
/// @file
/// @brief Microseconds to a solution: one instance, few steps, best of 16, batches, instances that grow, and what the
/// exact methods take.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <gdm/gdm.hpp>
#include <gdm/problems/noma_uav/defaults.hpp>
#include <string>

#include "support/counting_allocator.hpp"
#include "support/cpu_clock.hpp"
#include "support/flops.hpp"
#include "support/peak.hpp"
#include "support/samples.hpp"

namespace {

using Msr = gdm::MsrProblem;
using SmallSum = gdm::SumRate<8>;

/// Instances with labels that no model here was trained on.
template <class P>
const gdm::Dataset<P>& test_set() {
  static const gdm::Dataset<P> data = gdm::generate<P>(512, 2, 1);
  return data;
}

/// The file of a model trained once for all benchmarks of this program.
template <class Optimizer, class P>
const std::filesystem::path& trained(std::size_t rows, const typename Optimizer::TrainOptions& options) {
  static const std::filesystem::path path = [&] {
    Optimizer optimizer;
    auto with_null = options;
    with_null.p_uncond = 0.1;  // some benchmarks are guided
    optimizer.train(gdm::generate<P>(rows, 1, 1), with_null);
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    auto file = std::filesystem::temp_directory_path() / ("gdm-benchmark-" + std::to_string(now));
    optimizer.save(file);
    return file;
  }();
  return path;
}

/// The same weights under another sampler, or for another number of tokens: neither is part of a model file.
template <class Optimizer, class Trained, class P>
const Optimizer& loaded(std::size_t rows, const typename Trained::TrainOptions& options) {
  static const Optimizer optimizer = Optimizer::load(trained<Trained, P>(rows, options));
  return optimizer;
}

template <class... Policies>
using MsrOptimizer = gdm::GdmOptimizer<Msr, gdm::Mlp<64, 64, 64>, Policies...>;

/// Trained as by default: the gaps that are shown are those of the time that is shown.
template <class... Policies>
const MsrOptimizer<Policies...>& msr() {
  return loaded<MsrOptimizer<Policies...>, MsrOptimizer<>, Msr>(10'000, {.seed = 1, .threads = 1});
}
/// One epoch: only the time matters.
template <class P>
const gdm::GdmOptimizer<P>& barely_trained() {
  return loaded<gdm::GdmOptimizer<P>, gdm::GdmOptimizer<P>, P>(512, {.epochs = 1, .seed = 1, .threads = 1});
}
template <class P>
using SetOptimizer = gdm::GdmOptimizer<P, gdm::SetMlp<48, 4>, gdm::Ddpm>;
template <class P>
const SetOptimizer<P>& of_size() {
  return loaded<SetOptimizer<P>, SetOptimizer<SmallSum>, SmallSum>(512, {.epochs = 1, .seed = 1, .threads = 1});
}

/// Times `solve` on one instance after the other.
template <class P, class Clock = std::chrono::steady_clock, class Optimizer>
void time_solve(benchmark::State& state, const Optimizer& optimizer, typename Optimizer::SolveOptions options) {
  const gdm::Dataset<P>& test = test_set<P>();
  typename P::Solution y = optimizer.solve(test.condition(0), options);
  bench::Samples samples;
  std::size_t i = 0;
  const std::size_t bytes = bench::allocated_bytes;
  for (auto _ : state) {
    const typename P::Condition x = test.condition(i++ % test.size());
    options.seed = i;
    samples.time<Clock>([&] {
      y = optimizer.solve(x, options);
      benchmark::DoNotOptimize(y);
    });
  }
  state.counters["bytes_per_call"] =
      static_cast<double>(bench::allocated_bytes - bytes) / static_cast<double>(state.iterations());
  samples.report(state);
  state.counters["solves_per_s"] = 1 / samples.median();
}

template <class P, class Optimizer>
void solve_with_gap(benchmark::State& state, const Optimizer& optimizer, double omega) {
  time_solve<P>(state, optimizer, {.omega = omega});
  state.counters["mean_gap"] = gdm::evaluate(optimizer, test_set<P>(), {.omega = omega, .threads = 1}).mean_gap;
}

template <class... Policies>
void solve_msr(benchmark::State& state, double omega) {
  solve_with_gap<Msr>(state, msr<Policies...>(), omega);
}

template <class P>
void solve_default(benchmark::State& state, std::size_t samples) {
  time_solve<P>(state, barely_trained<P>(), {.samples = samples});
}
/// Five steps instead of twenty, best of 16.
template <class P>
void solve_five_steps(benchmark::State& state) {
  using Trained = gdm::GdmOptimizer<P, gdm::Ddpm>;
  using Five = gdm::GdmOptimizer<P, gdm::Ddim<5>>;
  time_solve<P>(state, loaded<Five, Trained, P>(512, {.epochs = 1, .seed = 1, .threads = 1}), {.samples = 16});
}

/// The problem's exact method: a closed form, enumeration, or a search with proof.
template <class P>
void solve_exactly(benchmark::State& state) {
  const gdm::Dataset<P>& test = test_set<P>();
  bench::Samples samples;
  for (auto _ : state) {
    std::size_t i = 0;
    samples.time([&] { benchmark::DoNotOptimize(P::optimal(test.condition(i++))); }, static_cast<int>(test.size()));
  }
  samples.report(state);
}

/// Throughput of a batch on one thread.
template <class P, class Optimizer>
void time_batch(benchmark::State& state, const Optimizer& optimizer, double omega) {
  const gdm::Dataset<P>& test = test_set<P>();
  bench::Samples samples;
  for (auto _ : state) {
    samples.time<bench::CpuClock>([&] {
      const auto y = optimizer.solve_batch(test.conditions, {.omega = omega, .threads = 1});
      benchmark::DoNotOptimize(y.data());
    });
  }
  const auto rows = static_cast<double>(test.size());
  state.counters["solves_per_s"] = rows / samples.best();
  state.counters["us_per_solve"] = 1e6 * samples.best() / rows;
  state.counters["share_of_peak"] =
      rows * bench::solving_flops<P, Optimizer>(omega != 0) / samples.best() / bench::peak();
}
template <class... Policies>
void solve_batch_msr(benchmark::State& state, double omega) {
  time_batch<Msr>(state, msr<Policies...>(), omega);
}
template <class P>
void solve_batch_default(benchmark::State& state, double omega) {
  time_batch<P>(state, barely_trained<P>(), omega);
}

/// One model, trained on 8 channels, on more and more of them.
template <int M>
void solve_channels(benchmark::State& state) {
  using P = gdm::SumRate<M>;
  const SetOptimizer<P>& optimizer = of_size<P>();
  time_solve<P, bench::CpuClock>(state, optimizer, {});
  state.counters["us_per_channel"] = state.counters["median_us"] / M;
  state.counters["share_of_peak"] =
      bench::solving_flops<P, SetOptimizer<P>>(false) / (1e-6 * state.counters["best_us"]) / bench::peak();
}

/// What all shares refer to.
void multiply_add_peak(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(bench::peak());
  state.counters["gflops"] = 1e-9 * bench::peak();
  state.counters["register_bytes"] = gdm::simd::register_bytes;
}

}  // namespace

int main(int argc, char** argv) {
  using benchmark::RegisterBenchmark;
  // A batch takes milliseconds, which other programs disturb more often than the short runs that the peak is the best of:
  // the best of many is needed for a fair share.
  constexpr double batch_time = 1.0;
  RegisterBenchmark("peak", multiply_add_peak)->Iterations(1);
  RegisterBenchmark("solve/msr3/guided", solve_msr<gdm::Ddpm>, 0.5);
  RegisterBenchmark("solve/msr3", solve_msr<gdm::Ddpm>, 0.0);
  RegisterBenchmark("solve/msr3/ddim5", solve_msr<gdm::Ddim<5>>, 0.0);
  RegisterBenchmark("solve/msr3/ddim3", solve_msr<gdm::Ddim<3>>, 0.0);
  RegisterBenchmark("solve/msr3/ddim2", solve_msr<gdm::Ddim<2>>, 0.0);
  RegisterBenchmark("solve/msr3/dpm5", solve_msr<gdm::DpmSolver<5>>, 0.0);
  RegisterBenchmark("solve/msr3/dpm3", solve_msr<gdm::DpmSolver<3>>, 0.0);
  RegisterBenchmark("solve/co3", solve_default<gdm::CoProblem>, 1);
  RegisterBenchmark("solve/co3/best16", solve_default<gdm::CoProblem>, 16);
  RegisterBenchmark("solve/nu3", solve_default<gdm::NuProblem>, 1);
  RegisterBenchmark("solve/nu3/best16", solve_default<gdm::NuProblem>, 16);
  RegisterBenchmark("solve/co3/ddim5/best16", solve_five_steps<gdm::CoProblem>);
  RegisterBenchmark("solve/nu3/ddim5/best16", solve_five_steps<gdm::NuProblem>);
  RegisterBenchmark("exact/msr3", solve_exactly<Msr>);
  RegisterBenchmark("exact/msr80", solve_exactly<gdm::Msr80Problem>);
  RegisterBenchmark("exact/co3", solve_exactly<gdm::CoProblem>);
  RegisterBenchmark("exact/nu3", solve_exactly<gdm::NuProblem>);
  RegisterBenchmark("solve_batch/msr3/guided", solve_batch_msr<gdm::Ddpm>, 0.5)->MinTime(batch_time);
  RegisterBenchmark("solve_batch/msr3", solve_batch_msr<gdm::Ddpm>, 0.0)->MinTime(batch_time);
  RegisterBenchmark("solve_batch/msr3/ddim5", solve_batch_msr<gdm::Ddim<5>>, 0.0)->MinTime(batch_time);
  RegisterBenchmark("solve_batch/co3", solve_batch_default<gdm::CoProblem>, 0.0)->MinTime(batch_time);
  RegisterBenchmark("solve_batch/nu3", solve_batch_default<gdm::NuProblem>, 0.0)->MinTime(batch_time);
  RegisterBenchmark("solve/channels8", solve_channels<8>);
  RegisterBenchmark("solve/channels80", solve_channels<80>);
  RegisterBenchmark("solve/channels512", solve_channels<512>);
  RegisterBenchmark("solve/channels2048", solve_channels<2048>);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
