// SPDX-License-Identifier: MIT
/// @file
/// @brief The same network, batch, loss and optimizer in libtorch's C++ interface and here: a training step, a solve.
///
/// libtorch multiplies with the BLAS that it finds. Give it a fast one (Debian: libopenblas0-pthread; with the reference
/// BLAS a step takes seven times as long), and OPENBLAS_NUM_THREADS=1, with which these small products are fastest.
#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include <gdm/gdm.hpp>
#include <vector>

#include "support/cpu_clock.hpp"
#include "support/epoch_times.hpp"
#include "support/samples.hpp"

namespace {

using Problem = gdm::MsrProblem;
using Optimizer = gdm::GdmOptimizer<Problem, gdm::Mlp<64, 64, 64>, gdm::Ddpm>;
constexpr int size = 3, time_size = 16, steps = 20, batch_size = 256, batches = 8;
constexpr double p_uncond = 0.1, omega = 0.5, ema_decay = 0.999;

/// gdm::Mlp<64, 64, 64> for 3 channels, in libtorch's own words.
struct Network : torch::nn::Module {
  torch::nn::Linear input{nullptr}, second{nullptr}, third{nullptr}, output{nullptr};
  torch::Tensor null_condition;
  Network() {
    input = register_module("input", torch::nn::Linear(2 * size + time_size, 64));
    second = register_module("second", torch::nn::Linear(64, 64));
    third = register_module("third", torch::nn::Linear(64, 64));
    output = register_module("output", torch::nn::Linear(64, size));
    null_condition = register_parameter("null_condition", torch::zeros({1, size}));
  }
  torch::Tensor forward(const torch::Tensor& x) {
    auto h = torch::silu(input(x));
    h = h + torch::silu(second(h));
    h = h + torch::silu(third(h));
    return output(h);
  }
};

/// Time features and noise levels, row t for step t.
struct Tables {
  torch::Tensor time = torch::zeros({steps + 1, time_size}), signal = torch::ones({steps + 1, 1}),
                noise = torch::zeros({steps + 1, 1});
  gdm::NoiseLevels<gdm::CosineSchedule<steps>> levels;
  Tables() {
    for (int t = 1; t <= steps; ++t) {
      gdm::TimeFeatures<time_size>::fill(t, time[t].data_ptr<float>());
      const double alpha_bar = levels.alpha_bar[static_cast<std::size_t>(t)];
      signal[t] = std::sqrt(alpha_bar);
      noise[t] = std::sqrt(1 - alpha_bar);
    }
  }
};

/// Runs on a stated number of threads.
template <class F>
void with_time(bench::Samples& samples, int threads, const F& f) {
  if (threads == 1) {
    samples.time<bench::CpuClock>(f);
  } else {
    samples.time(f);
  }
}

void train_libtorch(benchmark::State& state, int threads) {
  at::set_num_threads(threads);
  torch::manual_seed(1);
  Network network;
  const auto parameters = network.parameters();
  std::vector<torch::Tensor> average;
  for (const auto& p : parameters) average.push_back(p.detach().clone());
  torch::optim::Adam adam(parameters, torch::optim::AdamOptions(2e-3));
  const Tables tables;
  const auto conditions = torch::randn({batch_size * batches, size}), latents = torch::randn_like(conditions);
  bench::Samples samples;
  const auto step = [&] {
    const auto rows = torch::randint(0, batch_size * batches, {batch_size}, torch::kLong);
    const auto t = torch::randint(1, steps + 1, {batch_size}, torch::kLong);
    const auto clean = latents.index_select(0, rows), noise = torch::randn({batch_size, size});
    const auto signal_t = tables.signal.index_select(0, t), noise_t = tables.noise.index_select(0, t);
    const auto dropped = torch::rand({batch_size, 1}) < p_uncond;
    const auto condition = torch::where(dropped, network.null_condition, conditions.index_select(0, rows));
    const auto y = signal_t * clean + noise_t * noise;
    const auto target = signal_t * noise - noise_t * clean;
    const auto out = network.forward(torch::cat({y, condition, tables.time.index_select(0, t)}, 1));
    adam.zero_grad();
    torch::mse_loss(out, target).backward();
    torch::nn::utils::clip_grad_norm_(parameters, 1.0);
    adam.step();
    torch::NoGradGuard guard;
    for (std::size_t k = 0; k < average.size(); ++k) average[k].lerp_(parameters[k].detach(), 1 - ema_decay);
  };
  for (int k = 0; k < 10; ++k) step();
  for (auto _ : state) with_time(samples, threads, step);
  samples.report(state);
}

void train_gdm(benchmark::State& state, int threads) {
  const auto data = gdm::generate<Problem>(batch_size * batches, 1, 1);
  bench::Samples samples;
  for (auto _ : state) {
    Optimizer optimizer;
    const Optimizer::TrainOptions options{.epochs = 40, .batch_size = batch_size, .threads = threads};
    if (threads == 1) {
      optimizer.train(data, options, bench::EpochTimes<bench::CpuClock>{&samples, batches});
    } else {
      optimizer.train(data, options, bench::EpochTimes<std::chrono::steady_clock>{&samples, batches});
    }
  }
  samples.report(state);
}

void solve_libtorch(benchmark::State& state) {
  at::set_num_threads(1);
  torch::manual_seed(1);
  torch::InferenceMode guard;
  Network network;
  const Tables tables;
  const auto updates = gdm::Ddpm::updates(tables.levels);
  bench::Samples samples;
  const auto condition = torch::randn({1, size});
  for (auto _ : state) {
    samples.time([&] {
      auto y = torch::randn({1, size});
      const auto both = torch::cat({condition, network.null_condition}, 0);
      for (const auto& u : updates) {
        const auto x = torch::cat({y.expand({2, size}), both, tables.time[u.t].expand({2, time_size})}, 1);
        const auto out = network.forward(x);
        const auto v = (1 + omega) * out.slice(0, 0, 1) - omega * out.slice(0, 1, 2);
        const double alpha_bar = tables.levels.alpha_bar[static_cast<std::size_t>(u.t)];
        const auto clean = (std::sqrt(alpha_bar) * y - std::sqrt(1 - alpha_bar) * v).clamp_(-3, 3);
        y = u.clean * clean + u.latent * y;
        if (u.noise > 0) y += u.noise * torch::randn({1, size});
      }
      benchmark::DoNotOptimize(y.data_ptr<float>());
    });
  }
  samples.report(state);
}

void solve_gdm(benchmark::State& state) {
  Optimizer optimizer;
  const auto data = gdm::generate<Problem>(512, 1, 1);
  optimizer.train(data, {.epochs = 1, .p_uncond = p_uncond, .threads = 1});
  bench::Samples samples;
  const auto x = data.condition(0);
  for (auto _ : state) {
    samples.time([&] {
      const auto y = optimizer.solve(x, {.omega = omega});
      benchmark::DoNotOptimize(y.data());
    });
  }
  samples.report(state);
}

}  // namespace

int main(int argc, char** argv) {
  using benchmark::RegisterBenchmark;
  RegisterBenchmark("train/gdm/threads1", train_gdm, 1);
  RegisterBenchmark("train/libtorch/threads1", train_libtorch, 1);
  RegisterBenchmark("train/gdm/threads2", train_gdm, 2);
  RegisterBenchmark("train/libtorch/threads2", train_libtorch, 2);
  RegisterBenchmark("solve/gdm/guided", solve_gdm);
  RegisterBenchmark("solve/libtorch/guided", solve_libtorch);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
