// SPDX-License-Identifier: MIT
/// @file
/// @brief Cells for tests, and what is received in them by plain complex matrices.
#pragma once

#include <cmath>
#include <complex>
#include <utility>

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include <gdm/core/random.hpp>
#include <gdm/problems/beamforming/beamforming.hpp>

namespace gdm_test {

using ComplexMatrix = Eigen::MatrixXcd;
using Complex = std::complex<double>;

/// Column k: the numbers of user k, real and imaginary parts in turn.
template <class V>
ComplexMatrix complex_columns(const V& numbers, int antennas, int users) {
  ComplexMatrix m(antennas, users);
  for (int k = 0; k < users; ++k)
    for (int n = 0; n < antennas; ++n)
      m(n, k) = Complex(numbers[2 * (k * antennas + n)], numbers[2 * (k * antennas + n) + 1]);
  return m;
}
template <int N, int K>
gdm::Vector<2 * N * K> real_parts(const ComplexMatrix& m) {
  gdm::Vector<2 * N * K> v;
  for (int k = 0; k < K; ++k)
    for (int n = 0; n < N; ++n) {
      v[2 * (k * N + n)] = m(n, k).real();
      v[2 * (k * N + n) + 1] = m(n, k).imag();
    }
  return v;
}

/// A cell by complex matrices.
template <int N, int K>
struct PlainCell {
  ComplexMatrix h;
  Eigen::VectorXd weight;
  double power;

  explicit PlainCell(const gdm::Vector<2 * N * K + K + 1>& x)
      : h(complex_columns(x, N, K)), weight(x.template segment<K>(2 * N * K)), power(x[2 * N * K + K]) {}

  [[nodiscard]] double rate(const ComplexMatrix& w) const {
    double sum = 0;
    for (int k = 0; k < K; ++k) {
      double interference = 1.0, signal = 0.0;
      for (int j = 0; j < K; ++j) {
        Complex e = 0;
        for (int n = 0; n < N; ++n) e += std::conj(h(n, k)) * w(n, j);
        (j == k ? signal : interference) += std::norm(e);
      }
      sum += weight[k] * std::log1p(signal / interference) / std::log(2.0);
    }
    return sum;
  }
  [[nodiscard]] double rate(const gdm::Vector<2 * N * K>& y) const { return rate(complex_columns(y, N, K)); }

  /// WMMSE as in the paper: the multiplier of the power by bisection.
  [[nodiscard]] ComplexMatrix textbook_step(const ComplexMatrix& w) const {
    const ComplexMatrix e = h.adjoint() * w;
    ComplexMatrix a = ComplexMatrix::Zero(N, N);
    Eigen::VectorXcd b(K);
    for (int k = 0; k < K; ++k) {
      const double total = 1.0 + e.row(k).squaredNorm();
      const Complex u = e(k, k) / total;
      const double m = 1.0 / (1.0 - std::norm(e(k, k)) / total);
      a += weight[k] * m * std::norm(u) * h.col(k) * h.col(k).adjoint();
      b[k] = weight[k] * m * u;
    }
    const auto at = [&](double mu) -> ComplexMatrix {
      return (a + mu * ComplexMatrix::Identity(N, N)).ldlt().solve(ComplexMatrix(h * b.asDiagonal()));
    };
    double low = 1e-12, high = 1.0;
    if (at(low).squaredNorm() <= power) return at(low);
    while (at(high).squaredNorm() > power) high *= 2.0;
    for (int i = 0; i < 100; ++i) {
      const double mu = 0.5 * (low + high);
      (at(mu).squaredNorm() > power ? low : high) = mu;
    }
    return at(high);
  }
};

/// Any beams within the total power, from almost none to all of it.
template <class P>
typename P::Solution random_beams(const typename P::Condition& x, gdm::RandomStream& random) {
  typename P::Solution y;
  for (double& part : y) part = random.normal() * std::pow(10.0, random.uniform(-1.0, 1.0));
  const double power = x[P::Condition::RowsAtCompileTime - 1];
  return P::project(x, y * std::sqrt(power * random.uniform() / y.squaredNorm()));
}

/// The condition with its users in another order: user k of the result is user order[k].
template <int N, int K, class Order>
gdm::Vector<2 * N * K + K + 1> permuted(const gdm::Vector<2 * N * K + K + 1>& x, const Order& order) {
  auto result = x;
  for (int k = 0; k < K; ++k) {
    result.template segment<2 * N>(2 * N * k) = x.template segment<2 * N>(2 * N * order[std::size_t(k)]);
    result[2 * N * K + k] = x[2 * N * K + order[std::size_t(k)]];
  }
  return result;
}

}  // namespace gdm_test
