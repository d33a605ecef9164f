// SPDX-License-Identifier: MIT
/// @file
/// @brief What the classical methods of beamforming cost and reach, and what a sample costs besides the network.
#include <benchmark/benchmark.h>

#include <gdm/problems/beamforming/beamforming.hpp>

#include <algorithm>
#include <vector>

namespace {

/// Cells of the default distribution, each with its best known rate.
template <int N, int K>
struct Cells {
  using P = gdm::Beamforming<N, K>;
  std::vector<typename P::Condition> condition;
  std::vector<typename P::Context> context;
  double best = 0;

  static const Cells& get() {
    static const Cells cells;
    return cells;
  }

 private:
  Cells() {
    for (std::uint32_t i = 0; i < 100; ++i) {
      gdm::RandomStream random(1, i);
      condition.push_back(P::draw(random));
      context.push_back(P::context(condition.back()));
      best += gdm::best_known_beams(context.back().cell).rate;
    }
  }
};

/// Times `method(i)`, which answers cell i with a rate, and shows the mean rate as a share of the best known.
template <int N, int K, class Method>
void time_method(benchmark::State& state, const Method& method) {
  const auto& cells = Cells<N, K>::get();
  double reached = 0;
  for (std::size_t i = 0; i < cells.condition.size(); ++i) reached += method(i);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(method(i));
    i = (i + 1) % cells.condition.size();
  }
  state.counters["share"] = reached / cells.best;
}

template <int N, int K>
void BM_Rzf(benchmark::State& state) {
  const auto& cells = Cells<N, K>::get();
  time_method<N, K>(state, [&](std::size_t i) {
    const gdm::Channels<N, K> cell(cells.condition[i]);
    return gdm::weighted_rate(cell.weight, gdm::reception(cell, gdm::rzf(cell)));
  });
}

template <int N, int K>
void BM_Greedy(benchmark::State& state) {
  const auto& cells = Cells<N, K>::get();
  time_method<N, K>(state, [&](std::size_t i) {
    const gdm::Channels<N, K> cell(cells.condition[i]);
    return gdm::weighted_rate(cell.weight, gdm::reception(cell, gdm::greedy_rzf(cell)));
  });
}

/// The best of `starts` runs of WMMSE to 1e-4: RZF and random starts; or with the greedy ones, as `best_known_beams`.
template <int N, int K, bool Greedy>
void BM_Wmmse(benchmark::State& state) {
  const auto& cells = Cells<N, K>::get();
  const auto starts = static_cast<int>(state.range(0));
  time_method<N, K>(state, [&](std::size_t i) {
    const gdm::Channels<N, K> cell(cells.condition[i]);
    gdm::RandomStream random(2, static_cast<std::uint32_t>(i));
    double best = 0;
    for (int s = 0; s < starts; ++s) {
      const auto start =
          Greedy ? gdm::wmmse_start(cell, s, random) : (s == 0 ? gdm::rzf(cell) : gdm::random_beams(cell, random));
      best = std::max(best, gdm::wmmse(cell, start).rate);
    }
    return best;
  });
}

template <int N, int K>
void BM_Bound(benchmark::State& state) {
  const auto& cells = Cells<N, K>::get();
  time_method<N, K>(state, [&](std::size_t i) { return gdm::dirty_paper_bound(cells.context[i].cell); });
}

template <int N, int K>
void BM_Context(benchmark::State& state) {
  const auto& cells = Cells<N, K>::get();
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(gdm::Beamforming<N, K>::context(cells.condition[i]));
    i = (i + 1) % cells.condition.size();
  }
}

/// One call on a decoded sample: decode, objective or refine.
template <int N, int K, class Call>
void time_call(benchmark::State& state, const Call& call) {
  using P = gdm::Beamforming<N, K>;
  const auto& cells = Cells<N, K>::get();
  std::vector<typename P::Solution> y;
  std::vector<typename P::Latent> z;
  for (std::size_t i = 0; i < cells.condition.size(); ++i) {
    y.push_back(P::baseline(cells.condition[i]));
    z.push_back(P::encode(cells.condition[i], y.back()));
  }
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(call(cells.condition[i], y[i], z[i], cells.context[i]));
    i = (i + 1) % cells.condition.size();
  }
}

template <int N, int K>
void BM_Decode(benchmark::State& state) {
  using P = gdm::Beamforming<N, K>;
  time_call<N, K>(
      state, [](const auto& x, const auto&, const auto& z, const auto& shared) { return P::decode(x, z, shared); });
}

template <int N, int K>
void BM_Objective(benchmark::State& state) {
  using P = gdm::Beamforming<N, K>;
  time_call<N, K>(
      state, [](const auto& x, const auto& y, const auto&, const auto& shared) { return P::objective(x, y, shared); });
}

template <int N, int K>
void BM_Refine(benchmark::State& state) {
  using P = gdm::Beamforming<N, K>;
  time_call<N, K>(
      state, [](const auto& x, const auto& y, const auto&, const auto& shared) { return P::refine(x, y, shared); });
}

#define GDM_BENCHMARK_CELL(N, K)                                              \
  BENCHMARK(BM_Rzf<N, K>);                                                    \
  BENCHMARK(BM_Greedy<N, K>);                                                 \
  BENCHMARK(BM_Wmmse<N, K, false>)->Arg(1)->Arg(2)->Arg(5)->Arg(10)->Arg(40); \
  BENCHMARK(BM_Wmmse<N, K, true>)->Arg(2)->Arg(5)->Arg(10)->Arg(40);          \
  BENCHMARK(BM_Bound<N, K>);                                                  \
  BENCHMARK(BM_Context<N, K>);                                                \
  BENCHMARK(BM_Decode<N, K>);                                                 \
  BENCHMARK(BM_Objective<N, K>);                                              \
  BENCHMARK(BM_Refine<N, K>)
GDM_BENCHMARK_CELL(4, 4);
GDM_BENCHMARK_CELL(8, 8);
GDM_BENCHMARK_CELL(4, 8);
GDM_BENCHMARK_CELL(4, 12);
GDM_BENCHMARK_CELL(8, 16);

}  // namespace

BENCHMARK_MAIN();
