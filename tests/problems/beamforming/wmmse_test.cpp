// SPDX-License-Identifier: MIT
#include <gdm/problems/beamforming/wmmse.hpp>

#include <doctest/doctest.h>
#include "../../near.hpp"
#include "cells.hpp"

namespace {

/// Where plain WMMSE, with bisection and complex matrices, ends from `w`.
template <int N, int K>
double textbook(const gdm_test::PlainCell<N, K>& cell, gdm_test::ComplexMatrix w, int steps) {
  for (int i = 0; i < steps; ++i) w = cell.textbook_step(w);
  return cell.rate(w);
}

template <class P, int N, int K>
void check_run(gdm::RandomStream& random, double& ours, double& theirs) {
  const auto x = P::draw(random);
  const gdm::Channels<N, K> cell(x);
  const gdm_test::PlainCell<N, K> plain(x);
  const auto start = gdm::rzf(cell);
  const gdm::Vector<2 * N* K> y0 = gdm::to_solution(cell, start);
  const double unit = cell.weight_unit / std::log(2.0);
  const auto run = gdm::wmmse(cell, start, {.tolerance = 1e-13, .steps = 20'000});
  const gdm::Vector<2 * N* K> y = gdm::to_solution(cell, run.beams);
  CHECK(near(plain.rate(y), run.rate * unit, 0.0, 1e-11));
  CHECK(plain.rate(y) >= plain.rate(y0));
  // A fixed point of the textbook's step, too.
  const auto w = gdm_test::complex_columns(y, N, K);
  CHECK(near(plain.rate(plain.textbook_step(w)), plain.rate(w), 0.0, 1e-8));
  // No small change within the power is better.
  for (int i = 0; i < 100; ++i) {
    gdm::Vector<2 * N* K> moved = y;
    for (double& part : moved) part += 1e-4 * std::sqrt(x[2 * N * K + K]) * random.normal();
    moved *= std::sqrt(x[2 * N * K + K]) / moved.norm();
    CHECK(plain.rate(moved) <= plain.rate(y) * (1.0 + 1e-9));
  }
  ours += plain.rate(y);
  theirs += textbook(plain, gdm_test::complex_columns(y0, N, K), 300);
}

}  // namespace

TEST_CASE("WMMSE without a search for the multiplier ends where the textbook's does, on the mean") {
  gdm::RandomStream random(1);
  double ours = 0, theirs = 0;
  for (int i = 0; i < 30; ++i) {
    check_run<gdm::Beamforming<4, 4>, 4, 4>(random, ours, theirs);
    check_run<gdm::Beamforming<3, 6, gdm::RandomWeights<>>, 3, 6>(random, ours, theirs);
    check_run<gdm::Beamforming<6, 4, gdm::Shadowed<>>, 6, 4>(random, ours, theirs);
  }
  CHECK(near(ours, theirs, 0.0, 0.01));  // local optima may differ
}

TEST_CASE("WMMSE never worsens, stops after the steps that it was given, and at a tolerance") {
  gdm::RandomStream random(2);
  for (int i = 0; i < 50; ++i) {
    const gdm::Channels<4, 8> cell(gdm::Beamforming<4, 8>::draw(random));
    double before = 0;
    int last = 0;
    for (int steps = 0; steps < 12; ++steps) {
      const auto run = gdm::wmmse(cell, gdm::mrt(cell), {.tolerance = 0.0, .steps = steps});
      CHECK(run.steps == steps);
      CHECK(run.rate >= before);
      before = run.rate;
      last = run.steps;
    }
    CHECK(last == 11);
    CHECK(gdm::wmmse(cell, gdm::mrt(cell), {.tolerance = 0.5}).steps < 5);
    CHECK(gdm::wmmse(cell, gdm::mrt(cell), {.tolerance = 0.0}).steps <= 1000);
  }
}

TEST_CASE("beams of no power, and a NaN among them, end WMMSE at once") {
  gdm::RandomStream random(3);
  const gdm::Channels<4, 4> cell(gdm::Beamforming<4, 4>::draw(random));
  gdm::DualBeams<4> nothing;
  CHECK(gdm::wmmse(cell, nothing).steps <= 1);
  nothing.amplitude.set(1, std::nan(""));
  CHECK(gdm::wmmse(cell, nothing).steps <= 1);
}
