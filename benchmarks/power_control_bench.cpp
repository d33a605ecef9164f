// SPDX-License-Identifier: MIT
/// @file
/// @brief What answers to power control cost without a network: WMMSE, heuristics, restarts, and a refine step.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <gdm/problems/power_control/power_control.hpp>
#include <vector>

namespace {

/// Times `answer(channel)` over many instances and shows the mean rate it reaches.
template <int K, class Answer>
void time_answers(benchmark::State& state, const Answer& answer) {
  using Problem = gdm::PowerControl<K>;
  std::vector<gdm::InterferenceChannel<K>> channels;
  for (std::uint32_t i = 0; i < 256; ++i) {
    gdm::RandomStream rng(1, i);
    channels.emplace_back(Problem::draw(rng));
  }
  double sum = 0.0;
  for (const auto& channel : channels) sum += channel.rate(answer(channel));
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(answer(channels[i++ % channels.size()])[0]);
  state.counters["rate"] = sum / static_cast<double>(channels.size());
}

template <int K>
void BM_Wmmse(benchmark::State& state) {
  time_answers<K>(state, [](const auto& channel) { return gdm::wmmse(channel, gdm::full_power(channel)); });
}
BENCHMARK(BM_Wmmse<10>);
BENCHMARK(BM_Wmmse<20>);

template <int K>
void BM_WmmseStep(benchmark::State& state) {
  time_answers<K>(state, [](const auto& channel) { return gdm::WmmseStep(channel, gdm::full_power(channel)).shares; });
}
BENCHMARK(BM_WmmseStep<10>);
BENCHMARK(BM_WmmseStep<20>);

template <int K>
void BM_Ascend(benchmark::State& state) {
  time_answers<K>(state, [](const auto& channel) {
    auto shares = gdm::full_power(channel);
    gdm::ascend(channel, shares);
    return shares;
  });
}
BENCHMARK(BM_Ascend<10>);
BENCHMARK(BM_Ascend<20>);

template <int K>
void BM_Fplinq(benchmark::State& state) {
  time_answers<K>(state, [](const auto& channel) { return gdm::fplinq(channel); });
}
BENCHMARK(BM_Fplinq<10>);
BENCHMARK(BM_Fplinq<20>);

template <int K>
void BM_GreedyLinks(benchmark::State& state) {
  time_answers<K>(state, [](const auto& channel) { return gdm::greedy_links(channel); });
}
BENCHMARK(BM_GreedyLinks<10>);
BENCHMARK(BM_GreedyLinks<20>);

/// So many starts, without and with the search over single links.
template <int K>
void BM_Restarts(benchmark::State& state) {
  const gdm::PowerSearchOptions options{.starts = static_cast<int>(state.range(0)) - 2,
                                        .switches = state.range(1) != 0};
  time_answers<K>(state, [&](const auto& channel) { return gdm::best_known_powers(channel, options); });
}
BENCHMARK(BM_Restarts<10>)->Args({8, 0})->Args({16, 0})->Args({40, 0})->Args({8, 1})->Args({64, 1});
BENCHMARK(BM_Restarts<20>)->Args({8, 0})->Args({16, 0})->Args({40, 0})->Args({8, 1})->Args({64, 1});

}  // namespace

BENCHMARK_MAIN();
