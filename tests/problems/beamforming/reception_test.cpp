// SPDX-License-Identifier: MIT
#include <gdm/problems/beamforming/reception.hpp>

#include <doctest/doctest.h>

#include "cells.hpp"

namespace {

template <int N, int K>
void compare_with_beams(gdm::RandomStream& random, double scale, double tolerance) {
  auto x = gdm::Beamforming<N, K>::draw(random);
  x.template head<2 * N * K>() *= scale;
  const gdm::Channels<N, K> cell(x);
  gdm::lanes::Row<K> lambda, power;
  for (int k = 0; k < K; ++k) {
    lambda.set(k, random.uniform() / K);
    power.set(k, k % 4 == 3 ? 0.0 : random.uniform());
  }
  const gdm::DualBeams<K> beams = gdm::dual_beams(cell, lambda, power);
  const auto r = gdm::reception(cell, beams);
  const gdm::Vector<2 * N* K> y = gdm::to_solution(cell, beams);
  CHECK(std::abs(y.squaredNorm() - x[2 * N * K + K]) <= 1e-12 * x[2 * N * K + K]);
  // The same beams as given powers, and by plain matrices.
  CHECK((gdm::to_solution(cell, lambda, power, true) - y).norm() <= 1e-12 * y.norm());
  const gdm_test::PlainCell<N, K> plain(x);
  const double rate = gdm::weighted_rate(cell.weight, r) * cell.weight_unit / std::log(2.0);
  CHECK(std::abs(rate - plain.rate(y)) <= tolerance * rate);
  const auto formed = gdm::reception(cell, y, true);
  for (int k = 0; k < K; ++k) {
    const double noise = r.unwanted[k] / formed.at.unwanted[k];  // the units differ by the power of the beams
    CHECK(std::abs(r.wanted[k] - noise * formed.at.wanted[k]) <= tolerance * (r.wanted[k] + r.unwanted[k]));
    CHECK(std::abs(formed.power[k] * power.sum() - power[k]) <= 1e-12);
  }
}

}  // namespace

TEST_CASE("what is received without forming beams is what the beams give") {
  gdm::RandomStream random(1);
  for (int i = 0; i < 20; ++i) {
    for (const double scale : {1e-6, 1e-2, 1.0, 10.0}) {
      compare_with_beams<4, 4>(random, scale, 1e-11);
      compare_with_beams<3, 8>(random, scale, 1e-11);
      compare_with_beams<9, 5>(random, scale, 1e-11);
      compare_with_beams<2, 9>(random, scale, 1e-11);
    }
    compare_with_beams<9, 5>(random, 1e4, 1e-9);  // where lengths cancel and directions are formed
  }
}

TEST_CASE("rates keep their digits from 1e-60 to 1e60 times the noise") {
  for (const double ratio : {1e-60, 1e-17, 1e-9, 1e-3, 1.0, 1e3, 1e17, 1e60}) {
    gdm::lanes::Row<3> weight;
    weight.set(1, 0.5);
    gdm::Reception<3> r;
    for (int k = 0; k < 3; ++k) {
      r.wanted.set(k, 2.0 * ratio);
      r.unwanted.set(k, 2.0);
    }
    for (auto& pack : r.unwanted.pack) pack = gdm::simd::broadcast(2.0);
    const double rate = gdm::weighted_rate(weight, r), exact = 0.5 * std::log1p(ratio);
    CHECK(std::abs(rate - exact) <= 1e-15 * exact);
  }
}
