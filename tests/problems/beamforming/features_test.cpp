// SPDX-License-Identifier: MIT
#include <gdm/problems/beamforming/features.hpp>

#include <array>
#include <cmath>

#include <Eigen/QR>

#include <doctest/doctest.h>

#include "cells.hpp"

using gdm_test::Complex;
using gdm_test::ComplexMatrix;

namespace {

/// The features of a cell without absent users, by Eigen's inverses.
template <int N, int K>
void compare_with_formulas(const gdm::Vector<2 * N * K + K + 1>& x) {
  using P = gdm::Beamforming<N, K>;
  const typename P::Features f = P::features(x);
  const typename P::PairFeatures pairs = P::pair_features(x);
  const ComplexMatrix h = gdm_test::complex_columns(x, N, K) * std::sqrt(x[2 * N * K + K]);
  const ComplexMatrix g = h.adjoint() * h, one = ComplexMatrix::Identity(K, K);
  const double c = 1.0 / K;
  const ComplexMatrix b = (one + c * g).inverse(), b2 = (one + 10.0 * c * g).inverse();
  ComplexMatrix w = h * b;
  for (int k = 0; k < K; ++k) w.col(k) *= std::sqrt(c) / w.col(k).norm();
  const Eigen::MatrixXd e = (h.adjoint() * w).cwiseAbs2();
  const double mean_weight = x.template segment<K>(2 * N * K).mean();
  const auto close = [](double u, double v) { return std::abs(u - v) <= 1e-9; };
  for (int i = 0; i < K; ++i) {
    const double a = g(i, i).real(), received = e.row(i).sum() - e(i, i), caused = e.col(i).sum() - e(i, i);
    double correlated = 0;
    for (int j = 0; j < K; ++j) correlated += j == i ? 0.0 : std::norm(g(i, j)) / (a * g(j, j).real());
    const std::array<double, 8> expected{std::log(a / N),
                                         std::log((1.0 / b(i, i).real() - 1.0) / (c * a)),
                                         std::log((1.0 / b2(i, i).real() - 1.0) / (10.0 * c * a)),
                                         std::log(e(i, i) / (1.0 + received)),
                                         std::log1p(received),
                                         std::log1p(caused),
                                         correlated,
                                         std::log(x[2 * N * K + i] / mean_weight)};
    for (int q = 0; q < 8; ++q) CHECK(close(f[8 * i + q], expected[std::size_t(q)]));
    for (int j = 0; j < K; ++j) {
      const auto of = [&](const ComplexMatrix& m) { return std::norm(m(i, j)) / (m(i, i).real() * m(j, j).real()); };
      const double overlap =
          (g(i, j) * std::conj(b(i, j))).real() / std::sqrt(a * g(j, j).real() * b(i, i).real() * b(j, j).real());
      const std::array<double, 8> pair{2 * of(g),
                                       2 * of(b),
                                       2 * of(b2),
                                       2 * overlap,
                                       2 * std::min(4.0, std::log1p(e(i, j))),
                                       2 * std::min(4.0, std::log1p(e(j, i))),
                                       0.8 * std::sqrt(of(g)),
                                       0.8 * std::sqrt(of(b2))};
      for (int q = 0; q < 8; ++q) CHECK(close(pairs[(i * K + j) * 8 + q], i == j ? 0.0 : pair[std::size_t(q)]));
    }
  }
}

}  // namespace

TEST_CASE("features and pair numbers are their formulas") {
  gdm::RandomStream random(1);
  for (int i = 0; i < 20; ++i) {
    compare_with_formulas<4, 4>(gdm::Beamforming<4, 4>::draw(random));
    compare_with_formulas<3, 7>(gdm::Beamforming<3, 7, gdm::RandomWeights<>>::draw(random));
    compare_with_formulas<9, 5>(gdm::Beamforming<9, 5, gdm::Shadowed<>>::draw(random));
    compare_with_formulas<4, 10>(gdm::Beamforming<4, 10, gdm::RandomPower<>>::draw(random));
  }
}

TEST_CASE("phases of users, rotations of the antennas and gain against power change nothing") {
  gdm::RandomStream random(2);
  using P = gdm::Beamforming<4, 6, gdm::RandomWeights<>>;
  for (int i = 0; i < 50; ++i) {
    const P::Condition x = P::draw(random);
    ComplexMatrix any(4, 4);
    for (int k = 0; k < 16; ++k) any(k / 4, k % 4) = Complex(random.normal(), random.normal());
    const ComplexMatrix rotation = any.householderQr().householderQ();
    ComplexMatrix h = rotation * gdm_test::complex_columns(x, 4, 6);
    for (int k = 0; k < 6; ++k) h.col(k) *= std::polar(1.0, random.uniform(0.0, 6.28));
    P::Condition turned = x;
    turned.head<48>() = gdm_test::real_parts<4, 6>(h) / 4.0;
    turned[54] *= 16.0;
    turned.segment<6>(48) *= 3.0;
    CHECK((P::features(turned) - P::features(x)).cwiseAbs().maxCoeff() <= 1e-10);
    CHECK((P::pair_features(turned) - P::pair_features(x)).cwiseAbs().maxCoeff() <= 1e-10);
  }
}

TEST_CASE("permuted users have permuted features and pairs, and those absent change nothing, bit for bit") {
  gdm::RandomStream random(3);
  using Large = gdm::Beamforming<4, 9, gdm::RandomWeights<>>;
  using Small = gdm::Beamforming<4, 3, gdm::RandomWeights<>>;
  const std::array<int, 3> at{7, 2, 5};  // where users 0, 1, 2 of the small cell stand in the large one
  for (int i = 0; i < 50; ++i) {
    const Small::Condition x = Small::draw(random);
    Large::Condition padded = Large::Condition::Zero();
    padded.segment<9>(72).setOnes();
    for (int k = 0; k < 3; ++k) {
      padded.segment<8>(8 * at[std::size_t(k)]) = x.segment<8>(8 * k);
      padded[72 + at[std::size_t(k)]] = x[24 + k];
    }
    padded[81] = x[27];
    const Small::Features f = Small::features(x);
    const Large::Features g = Large::features(padded);
    const Small::PairFeatures s = Small::pair_features(x);
    const Large::PairFeatures t = Large::pair_features(padded);
    double features = 0, pairs = 0;
    for (int k = 0; k < 3; ++k) {
      CHECK(f.segment<8>(8 * k) == g.segment<8>(8 * at[std::size_t(k)]));
      features += g.segment<8>(8 * at[std::size_t(k)]).cwiseAbs().sum();
      for (int j = 0; j < 3; ++j) {
        CHECK(s.segment<8>((3 * k + j) * 8) == t.segment<8>((9 * at[std::size_t(k)] + at[std::size_t(j)]) * 8));
        pairs += t.segment<8>((9 * at[std::size_t(k)] + at[std::size_t(j)]) * 8).cwiseAbs().sum();
      }
    }
    CHECK(std::abs(features - g.cwiseAbs().sum()) <= 1e-12 * features);  // nothing anywhere else
    CHECK(std::abs(pairs - t.cwiseAbs().sum()) <= 1e-12 * pairs);
  }
}

TEST_CASE("pair numbers are bounded and features finite in any cell") {
  gdm::RandomStream random(4);
  using P = gdm::Beamforming<3, 5>;
  for (const double scale : {1e-30, 1e-13, 1e-3, 1.0, 1e3, 1e13, 1e29}) {
    P::Condition x = P::draw(random);
    x.head<30>() *= scale;
    x.segment<6>(6) = x.segment<6>(0);  // two users with the same channel
    x[30] = 1e-30;
    const P::Features f = P::features(x);
    CHECK(f.allFinite());
    CHECK(f.cwiseAbs().maxCoeff() <= 200.0);
    CHECK(P::pair_features(x).cwiseAbs().maxCoeff() <= 8.0);
  }
}
