// SPDX-License-Identifier: MIT
#include <gdm/problems/beamforming/heuristics.hpp>

#include <array>

#include <doctest/doctest.h>

#include "cells.hpp"

using gdm_test::ComplexMatrix;

TEST_CASE("MRT, RZF and zero-forcing are their formulas") {
  gdm::RandomStream random(1);
  for (int i = 0; i < 50; ++i) {
    using P = gdm::Beamforming<6, 4>;
    const P::Condition x = P::draw(random);
    const gdm::Channels<6, 4> cell(x);
    const ComplexMatrix h = gdm_test::complex_columns(x, 6, 4);
    const auto beams = [&](const ComplexMatrix& directions) {
      ComplexMatrix w = directions;
      for (int k = 0; k < 4; ++k) w.col(k) *= std::sqrt(x[52] / 4) / w.col(k).norm();
      return gdm_test::real_parts<6, 4>(w);
    };
    CHECK((gdm::to_solution(cell, gdm::mrt(cell)) - beams(h)).norm() <= 1e-12);
    const ComplexMatrix a = ComplexMatrix::Identity(6, 6) + x[52] / 4 * h * h.adjoint();
    CHECK((gdm::to_solution(cell, gdm::rzf(cell)) - beams(a.inverse() * h)).norm() <= 1e-12);
    const ComplexMatrix inverse = h * (h.adjoint() * h).inverse();
    CHECK((gdm::to_solution(cell, gdm::zero_forcing(cell)) - beams(inverse)).norm() <= 1e-5);
  }
}

TEST_CASE("weighted water-filling meets its optimality conditions") {
  gdm::RandomStream random(2);
  for (int i = 0; i < 200; ++i) {
    gdm::lanes::Row<6> weight, floor;
    std::array<int, 6> users{4, 2, 0, 5, 1, 3};
    const int count = 1 + static_cast<int>(random.below(6));
    for (int k = 0; k < 6; ++k) {
      weight.set(k, 0.1 + random.uniform());
      floor.set(k, std::pow(10.0, random.uniform(-3.0, 2.0)));
    }
    const auto power = gdm::weighted_water_filling(weight, floor, users, count);
    CHECK(std::abs(power.sum() - 1.0) <= 1e-12);
    double level = 0;  // the slope of a log(1 + p / floor) is a / (floor + p): the same wherever power goes
    for (int j = 0; j < count; ++j)
      level = std::max(level,
                       weight[users[std::size_t(j)]] / (floor[users[std::size_t(j)]] + power[users[std::size_t(j)]]));
    for (int j = 0; j < 6; ++j) {
      const int k = users[std::size_t(j)];
      CHECK(power[k] >= 0.0);
      if (j >= count) CHECK(power[k] == 0.0);
      if (power[k] > 0.0) CHECK(weight[k] / (floor[k] + power[k]) >= level * (1.0 - 1e-9));
    }
  }
}

TEST_CASE("the greedy order takes the strongest first, then what is orthogonal, and nobody twice") {
  gdm::RandomStream random(3);
  for (int i = 0; i < 50; ++i) {
    auto x = gdm::Beamforming<3, 7>::draw(random);
    const gdm::Channels<3, 7> cell(x);
    const auto order = gdm::greedy_order(cell);
    CHECK(order[0] == 6);  // canonical order is by strength
    CHECK(order[1] != order[0]);
    CHECK((order[2] != order[1] && order[2] != order[0]));
    CHECK(gdm::greedy_order(cell, 2)[0] == 2);
    // By projection: the second is the best of what the first leaves.
    ComplexMatrix h(3, 7);
    for (int n = 0; n < 3; ++n)
      for (int k = 0; k < 7; ++k) h(n, k) = {cell.rows.re(n, k), cell.rows.im(n, k)};
    const Eigen::VectorXcd first = h.col(6).normalized();
    int best = 0;
    double most = -1;
    for (int k = 0; k < 6; ++k) {
      const double rest = (h.col(k) - first * first.dot(h.col(k))).squaredNorm();
      if (rest > most) {
        most = rest;
        best = k;
      }
    }
    CHECK(order[1] == best);
  }
}

TEST_CASE("greedy selection is far better than serving everybody where users outnumber antennas") {
  gdm::RandomStream random(4);
  double greedy = 0, everybody = 0;
  for (int i = 0; i < 100; ++i) {
    using P = gdm::Beamforming<4, 8>;
    const P::Condition x = P::draw(random);
    const gdm::Channels<4, 8> cell(x);
    const double best = P::objective(x, P::baseline(x)), all = P::objective(x, gdm::to_solution(cell, gdm::rzf(cell)));
    CHECK(P::violation(x, P::baseline(x)) <= 1e-12);
    greedy += best;
    everybody += all;
  }
  CHECK(greedy > 1.5 * everybody);
}
