// SPDX-License-Identifier: MIT
/// @file
/// @brief The matrix product that everything is made of, next to Eigen's and, where found, OpenBLAS and oneDNN.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <gdm/autodiff/block.hpp>
#include <gdm/core/product.hpp>
#include <memory>
#include <string>

#include "support/peak.hpp"
#include "support/samples.hpp"

#if defined(GDM_HAVE_OPENBLAS)
#include <cblas.h>
#endif
#if defined(GDM_HAVE_ONEDNN)
#include <dnnl.h>
#endif
#if defined(_OPENMP)
#include <omp.h>
#endif

namespace {

constexpr int most_columns = 256;

/// Factors and product of an N x N weight and up to `most_columns` columns.
template <int N>
struct Operands {
  gdm::Block<float, N, N> weight;
  gdm::Block<float, N, most_columns> x, y;
  Operands() {
    for (std::size_t i = 0; i < std::size(weight.data); ++i) weight.data[i] = 1e-3f * static_cast<float>(i % 97);
    for (std::size_t i = 0; i < std::size(x.data); ++i) x.data[i] = y.data[i] = 1e-3f * static_cast<float>(i % 89);
  }
};
template <int N>
Operands<N>& operands() {
  static const auto data = std::make_unique<Operands<N>>();
  return *data;
}

/// Times `f` in groups that the clock resolves.
template <class F>
void time_product(benchmark::State& state, int n, int columns, const F& f) {
  const double flops = 2.0 * n * n * columns;
  const int calls = std::max(1, static_cast<int>(2e6 / flops));
  bench::Samples samples;
  for (auto _ : state) {
    samples.time(
        [&] {
          f();
          benchmark::ClobberMemory();
        },
        calls);
  }
  state.counters["gflops"] = 1e-9 * flops / samples.best();
  state.counters["share_of_peak"] = flops / samples.best() / bench::peak();
}

/// Y = W X for `columns` columns: the forward pass, and the gradient by the input with W transposed.
template <int N>
void forward(benchmark::State& state, int columns) {
  Operands<N>& o = operands<N>();
  time_product(state, N, columns, [&] {
    gdm::simd::product<N>(
        o.weight.data, o.weight.stride, N, gdm::simd::Strided<float>{o.x.data, 1, o.x.stride}, columns,
        [](int, int) { return gdm::simd::Pack<float>{}; },
        [&](int i, int j, const gdm::simd::Pack<float>& z) { gdm::simd::store<float>(o.y.column(j) + i, z); });
  });
}

/// W += Y X^T for `columns` columns: the gradient by the weights.
template <int N>
void weight_gradient(benchmark::State& state, int columns) {
  Operands<N>& o = operands<N>();
  auto gradient = std::make_unique<gdm::Block<float, N, N>>();
  *gradient = {};
  time_product(state, N, columns, [&] {
    gdm::simd::product<N>(
        o.y.data, o.y.stride, columns, gdm::simd::Strided<float>{o.x.data, o.x.stride, 1}, N,
        [&](int i, int j) { return gdm::simd::load<float>(gradient->column(j) + i); },
        [&](int i, int j, const gdm::simd::Pack<float>& z) { gdm::simd::store<float>(gradient->column(j) + i, z); });
  });
}

template <int N, int Columns>
void eigen_forward(benchmark::State& state) {
  Operands<N>& o = operands<N>();
  using Weight = Eigen::Matrix<float, N, N>;
  using Batch = Eigen::Matrix<float, N, Columns>;
  time_product(state, N, Columns, [&] {
    Eigen::Map<Batch, Eigen::Aligned64>(o.y.data).noalias() =
        Eigen::Map<const Weight, Eigen::Aligned64>(o.weight.data) * Eigen::Map<const Batch, Eigen::Aligned64>(o.x.data);
  });
}

#if defined(GDM_HAVE_OPENBLAS)
template <int N>
void openblas_forward(benchmark::State& state, int columns) {
  Operands<N>& o = operands<N>();
  openblas_set_num_threads(1);
  time_product(state, N, columns, [&] {
    cblas_sgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, N, columns, N, 1, o.weight.data, N, o.x.data, N, 0, o.y.data,
                N);
  });
}
#endif

#if defined(GDM_HAVE_ONEDNN)
/// oneDNN counts by rows: Y^T = X^T W^T is the same memory.
template <int N>
void onednn_forward(benchmark::State& state, int columns) {
  Operands<N>& o = operands<N>();
#if defined(_OPENMP)
  omp_set_num_threads(1);
#endif
  time_product(state, N, columns,
               [&] { dnnl_sgemm('N', 'N', columns, N, N, 1, o.x.data, N, o.weight.data, N, 0, o.y.data, N); });
}
#endif

template <int N>
void register_all() {
  using benchmark::RegisterBenchmark;
  const auto one = [&]<int Columns>(std::integral_constant<int, Columns>) {
    const std::string size = std::to_string(N) + "x" + std::to_string(Columns);
    RegisterBenchmark(("product/forward/" + size).c_str(), forward<N>, Columns);
    RegisterBenchmark(("product/weights/" + size).c_str(), weight_gradient<N>, Columns);
    RegisterBenchmark(("eigen/forward/" + size).c_str(), eigen_forward<N, Columns>);
#if defined(GDM_HAVE_OPENBLAS)
    RegisterBenchmark(("openblas/forward/" + size).c_str(), openblas_forward<N>, Columns);
#endif
#if defined(GDM_HAVE_ONEDNN)
    RegisterBenchmark(("onednn/forward/" + size).c_str(), onednn_forward<N>, Columns);
#endif
  };
  [&]<int... Columns>(std::integer_sequence<int, Columns...>) { (one(std::integral_constant<int, Columns>{}), ...); }
  (std::integer_sequence<int, 1, 2, 4, 16, 64, 256>{});
}

/// What all shares refer to.
void multiply_add_peak(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(bench::peak());
  state.counters["gflops"] = 1e-9 * bench::peak();
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("peak", multiply_add_peak)->Iterations(1);
  register_all<64>();
  register_all<128>();
  register_all<256>();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
