// SPDX-License-Identifier: MIT
#include <gdm/problems/beamforming/dirty_paper.hpp>

#include <doctest/doctest.h>

#include "cells.hpp"

using gdm_test::ComplexMatrix;

namespace {

/// Capacity of two users by a fine grid over the dual powers.
template <int N>
double capacity_by_grid(const gdm::Vector<4 * N + 3>& x) {
  const ComplexMatrix h = gdm_test::complex_columns(x, N, 2);
  const double total = x[4 * N + 2], a0 = x[4 * N], a1 = x[4 * N + 1];
  const int first = a0 >= a1 ? 0 : 1;
  double best = 0;
  for (int i = 0; i <= 20'000; ++i) {
    const double q0 = total * i / 20'000, q1 = total - q0;
    const double of_first = first == 0 ? q0 : q1;
    const ComplexMatrix one = ComplexMatrix::Identity(N, N) + of_first * h.col(first) * h.col(first).adjoint();
    const ComplexMatrix both =
        ComplexMatrix::Identity(N, N) + q0 * h.col(0) * h.col(0).adjoint() + q1 * h.col(1) * h.col(1).adjoint();
    best = std::max(best, std::abs(a0 - a1) * std::log2(one.determinant().real()) +
                              std::min(a0, a1) * std::log2(both.determinant().real()));
  }
  return best;
}

}  // namespace

TEST_CASE("the bound of one user is its capacity, and of two the best of a grid, for any weights") {
  gdm::RandomStream random(1);
  for (int i = 0; i < 20; ++i) {
    const auto alone = gdm::Beamforming<3, 1>::draw(random);
    const double capacity = std::log2(1.0 + alone[7] * alone.head<6>().squaredNorm());
    CHECK(std::abs(gdm::Beamforming<3, 1>::bound(alone) - capacity) <= 1e-6 * capacity);
    auto x = gdm::Beamforming<2, 2, gdm::RandomWeights<>>::draw(random);
    if (i % 2 == 0) x.segment<2>(8).setOnes();
    const double grid = capacity_by_grid<2>(x), bound = gdm::Beamforming<2, 2>::bound(x);
    CHECK(bound >= grid * (1.0 - 1e-12));
    CHECK(bound <= grid * (1.0 + 1e-5));
  }
}

TEST_CASE("the bound is valid however early the iterations end, and falls with them") {
  gdm::RandomStream random(2);
  for (int i = 0; i < 50; ++i) {
    const gdm::Channels<3, 6> cell(gdm::Beamforming<3, 6, gdm::RandomWeights<gdm::Shadowed<>>>::draw(random));
    const double tight = gdm::dirty_paper_bound(cell, 1e-9, 2000);
    double before = 1e300;
    for (const int steps : {0, 1, 2, 5, 20, 200}) {
      const double bound = gdm::dirty_paper_bound(cell, 1e-9, steps);
      CHECK(bound >= tight * (1.0 - 1e-12));
      CHECK(bound <= before);
      before = bound;
    }
    CHECK(before <= tight * (1.0 + 1e-3));
  }
}

TEST_CASE_TEMPLATE("no known beams beat the bound", P, gdm::Beamforming<4, 4>, gdm::Beamforming<2, 6>,
                   gdm::Beamforming<6, 3>, gdm::Beamforming<3, 5, gdm::RandomWeights<gdm::RandomPower<>>>,
                   gdm::Beamforming<4, 6, gdm::RandomlyPresent<gdm::Shadowed<>>>) {
  gdm::RandomStream random(3);
  for (int i = 0; i < 60; ++i) {
    const auto x = P::draw(random);
    const double bound = P::bound(x), best = P::objective(x, P::optimal(x));
    CHECK(bound >= best * (1.0 - 1e-12));
    CHECK(bound <= 2.0 * best);
  }
}
