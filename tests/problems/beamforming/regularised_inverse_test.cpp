// SPDX-License-Identifier: MIT
#include <gdm/problems/beamforming/regularised_inverse.hpp>

#include <doctest/doctest.h>

#include "cells.hpp"

using gdm_test::ComplexMatrix;

namespace {

template <int N, int K>
void compare_with_eigen(gdm::RandomStream& random) {
  const auto x = gdm::Beamforming<N, K>::draw(random);
  const gdm::Channels<N, K> cell(x);
  gdm::lanes::Row<K> lambda;
  for (int k = 0; k < K; ++k) lambda.set(k, k % 3 == 2 ? 0.0 : random.uniform());
  ComplexMatrix h(cell.rank, K);
  for (int n = 0; n < cell.rank; ++n)
    for (int k = 0; k < K; ++k) h(n, k) = {cell.rows.re(n, k), cell.rows.im(n, k)};
  ComplexMatrix a = ComplexMatrix::Identity(cell.rank, cell.rank);
  for (int k = 0; k < K; ++k) a += lambda[k] * h.col(k) * h.col(k).adjoint();
  const ComplexMatrix v = a.inverse() * h, e = h.adjoint() * v;

  const gdm::RegularisedInverse<N, K> inverse(cell, lambda);
  const auto directions = inverse.directions();
  const auto forms = inverse.quadratic_forms();
  for (int k = 0; k < K; ++k) {
    for (int n = 0; n < cell.rank; ++n)
      CHECK(std::abs(gdm_test::Complex(directions.re(n, k), directions.im(n, k)) - v(n, k)) <= 1e-12 * v.norm());
    CHECK(std::abs(forms[k] - e(k, k).real()) <= 1e-12 * e.norm());
  }
  int columns = 0;
  inverse.received([&](int k, const gdm::lanes::Line<K>& column) {
    ++columns;
    for (int j = 0; j < K; ++j) {
      const auto p = std::size_t(j / gdm::lanes::width);
      const gdm_test::Complex got(column.re[p][j % gdm::lanes::width], column.im[p][j % gdm::lanes::width]);
      CHECK(std::abs(got - e(j, k)) <= 1e-12 * e.norm());
    }
  });
  CHECK(columns == K);
  CHECK(std::abs(inverse.log_determinant() - std::log(a.determinant().real())) <= 1e-11);
}

}  // namespace

TEST_CASE("directions, receptions and determinants agree with Eigen's inverse") {
  gdm::RandomStream random(1);
  for (int i = 0; i < 20; ++i) {
    compare_with_eigen<1, 1>(random);
    compare_with_eigen<2, 3>(random);
    compare_with_eigen<4, 4>(random);
    compare_with_eigen<3, 8>(random);
    compare_with_eigen<9, 5>(random);
    compare_with_eigen<10, 17>(random);
  }
}

TEST_CASE("channels far above the noise, and parallel ones, keep a factorisation") {
  gdm::RandomStream random(2);
  for (const double scale : {1e-13, 1e7, 1e13, 1e30}) {
    auto x = gdm::Beamforming<4, 6>::draw(random);
    x.head<48>() *= scale;
    x.segment<8>(8) = x.segment<8>(0);
    const gdm::Channels<4, 6> cell(x);
    gdm::lanes::Row<6> lambda;
    lambda.set(0, 0.5);
    lambda.set(1, 0.5);
    const auto v = gdm::RegularisedInverse<4, 6>(cell, lambda).directions();
    for (int k = 0; k < 6; ++k)
      for (int n = 0; n < 4; ++n) CHECK(std::isfinite(v.re(n, k) + v.im(n, k)));
  }
}
