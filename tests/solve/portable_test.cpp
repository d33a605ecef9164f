// SPDX-License-Identifier: MIT
#include <gdm/solve.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

#include <gdm/problems/power_control/defaults.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

// Model files that a build of g++ 12 for AVX2 or AVX-512 wrote, and the objectives of their answers there. Sums run in the
// same order whatever the registers hold. Without a multiply-add the last digits of single precision differ: near an
// optimum, where the objective is flat, that is still below 1e-8. tests/portable has more problems, by hand.
TEST_CASE("a model file from another kind of processor gives the same objectives to 1e-8") {
  using P = gdm::SumRate<3>;
  struct Row {
    double g1, g2, g3, power, objective;
  };
  constexpr Row rows[] = {
      {0.7, 1.9, 2.4, 10, 7.8061098692004585},    {1, 1, 1, 5, 4.2442691180831735},
      {2.5, 0.5, 0.5, 10, 6.1105815131783672},    {0.9, 2.1, 1.3, 20, 9.9893230092556475},
      {2.2, 2.3, 2.4, 8, 8.5004806080327349},     {0.6, 0.8, 1.1, 12, 6.2760525674105168},
      {1.75, 1.25, 0.55, 10, 6.6755410149925023}, {1.5, 2, 2.5, 15, 10.301798770351175},
  };
  const auto path = std::filesystem::path(__FILE__).parent_path() / "portable.safetensors";
  const auto solver = gdm::GdmSolver<P, gdm::Mlp<16, 16>>::load(path);
  for (const Row& row : rows) {
    const P::Condition x(row.g1, row.g2, row.g3, row.power);
    CHECK(std::abs(P::objective(x, solver.solve(x, {.seed = 1})) - row.objective) < 1e-8 * row.objective);
  }
}

TEST_CASE("a network on pairs gives the same objectives to 1e-8 on every processor with a multiply-add, else to 1e-5") {
  using P = gdm::PowerControl<4>;
  constexpr double objectives[] = {4.2231042511026899, 5.19350392572768,   3.7356647781429149, 4.438554038922744,
                                   5.9809297778118955, 4.4103006519576713, 2.676084601069499,  5.0723897444101738};
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__FP_FAST_FMAF)
  constexpr double tolerance = 1e-8;
#else
  constexpr double tolerance = 1e-5;
#endif
  const auto path = std::filesystem::path(__FILE__).parent_path() / "portable_pairs.safetensors";
  const auto solver = gdm::GdmSolver<P, gdm::GraphMlp<16, 2>>::load(path);
  for (std::uint32_t i = 0; i < 8; ++i) {
    gdm::RandomStream random(3, i);
    const P::Condition x = P::draw(random);
    CHECK(std::abs(P::objective(x, solver.solve(x, {.seed = i})) - objectives[i]) < tolerance * objectives[i]);
  }
}
