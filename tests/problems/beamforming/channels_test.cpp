// SPDX-License-Identifier: MIT
#include <gdm/problems/beamforming/channels.hpp>

#include <array>

#include <doctest/doctest.h>

#include "cells.hpp"

using gdm_test::ComplexMatrix;

namespace {

template <int R, int K>
ComplexMatrix plain(const gdm::lanes::Matrix<R, K>& m, int rows, int columns) {
  ComplexMatrix result(rows, columns);
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < columns; ++j) result(i, j) = {m.re(i, j), m.im(i, j)};
  return result;
}

template <int N, int K>
void check_reduction(const gdm::Vector<2 * N * K + K + 1>& x) {
  const gdm::Channels<N, K> cell(x);
  const ComplexMatrix h = gdm_test::complex_columns(x, N, K) * std::sqrt(x[2 * N * K + K]);
  ComplexMatrix chosen(N, cell.users);
  for (int k = 0; k < cell.users; ++k) chosen.col(k) = h.col(cell.user[std::size_t(k)]);
  const double scale = chosen.norm();
  const ComplexMatrix rows = plain(cell.rows, cell.rank, cell.users);
  CHECK((plain(cell.antennas, N, cell.users) - chosen).norm() <= 1e-14 * scale);
  CHECK(rows == plain(cell.columns, cell.users, cell.rank).transpose());
  CHECK(cell.rank == std::min(N, cell.users));
  if (cell.reduced) {
    const ComplexMatrix q = plain(cell.basis, cell.rank, N).transpose();
    CHECK((q * rows - chosen).norm() <= 1e-11 * scale);
    const ComplexMatrix gram = q.adjoint() * q;
    for (int i = 0; i < cell.rank; ++i)  // a direction is a unit vector or, for a dependent channel, nothing
      CHECK(std::min(std::abs(gram(i, i) - 1.0), std::abs(gram(i, i))) <= 1e-14);
    CHECK((gram - ComplexMatrix(gram.diagonal().asDiagonal())).norm() <= 1e-14);
  } else {
    CHECK(rows == plain(cell.antennas, N, cell.users));
  }
  for (int k = 0; k + 1 < cell.users; ++k) CHECK(cell.gain[k] <= cell.gain[k + 1]);
}

}  // namespace

TEST_CASE("channels are those of the condition times sqrt(P), on orthonormal virtual antennas") {
  gdm::RandomStream random(1);
  for (int i = 0; i < 50; ++i) {
    check_reduction<4, 4>(gdm::Beamforming<4, 4>::draw(random));
    check_reduction<3, 7>(gdm::Beamforming<3, 7>::draw(random));
    check_reduction<9, 5>(gdm::Beamforming<9, 5>::draw(random));
    check_reduction<6, 6>(gdm::Beamforming<6, 6, gdm::RandomlyPresent<>>::draw(random));
    auto x = gdm::Beamforming<9, 5>::draw(random);
    x.segment<18>(18) = 2.0 * x.segment<18>(54);  // a channel that is another's multiple
    check_reduction<9, 5>(x);
  }
}

TEST_CASE("users stand in an order of their own, whatever the condition's") {
  gdm::RandomStream random(2);
  const auto x = gdm::Beamforming<4, 6, gdm::RandomWeights<>>::draw(random);
  const std::array<int, 6> order{3, 5, 0, 1, 4, 2};
  const gdm::Channels<4, 6> a(x), b(gdm_test::permuted<4, 6>(x, order));
  CHECK(plain(a.rows, 4, 6) == plain(b.rows, 4, 6));
  for (int k = 0; k < 6; ++k) {
    CHECK(a.user[std::size_t(k)] == order[std::size_t(b.user[std::size_t(k)])]);
    CHECK(a.weight[k] == b.weight[k]);
  }
}

TEST_CASE("users without a channel or a weight are left out") {
  gdm::RandomStream random(3);
  auto x = gdm::Beamforming<2, 4>::draw(random);
  x.segment<4>(4).setZero();
  x[16 + 3] = 0.0;
  const gdm::Channels<2, 4> cell(x);
  CHECK(cell.users == 2);
  CHECK(std::max(cell.user[0], cell.user[1]) == 2);
  CHECK(std::min(cell.user[0], cell.user[1]) == 0);
  CHECK(!gdm::Channels<2, 4>::present(x, 1));
  CHECK(!gdm::Channels<2, 4>::present(x, 3));
  x.segment<4>(0).setConstant(1e-31);  // nothing to square
  CHECK(gdm::Channels<2, 4>(x).users == 1);
}
