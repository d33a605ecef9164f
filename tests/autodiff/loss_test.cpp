// SPDX-License-Identifier: MIT
#include <gdm/autodiff/loss.hpp>

#include "../near.hpp"
#include "gradient_check.hpp"

namespace {

constexpr int rows = 3, columns = 4;

template <class S>
struct Pair {
  gdm::Block<S, rows, columns> y{}, target{};
};

Pair<double> random_pair() {
  Pair<double> pair;
  check::Numbers numbers(5);
  check::for_each_element(pair.y, [&](double& v) { v = numbers(); });
  check::for_each_element(pair.target, [&](double& v) { v = numbers(); });
  return pair;
}

template <class S>
S loss(const Pair<S>& pair, int used, const S& scale) {
  gdm::Block<S, rows, columns> ignored{};
  return gdm::squared_error(pair.y, pair.target, used, scale, ignored);
}

}  // namespace

TEST_CASE("the squared error is the sum over the columns in use, whatever the others hold") {
  auto pair = random_pair();
  for (int used = 0; used <= columns; ++used) {
    double expected = 0;
    for (int j = 0; j < used; ++j)
      for (int i = 0; i < rows; ++i) expected += std::pow(pair.y(i, j) - pair.target(i, j), 2);
    CHECK(near(loss(pair, used, 1.0), expected, 0, 1e-15));
    CHECK(near(loss(pair, used, 0.25), expected, 0, 1e-15));  // the scale is that of the gradient alone
  }
  const double two = loss(pair, 2, 1.0);
  pair.y(0, 2) = std::numeric_limits<double>::quiet_NaN();
  CHECK(loss(pair, 2, 1.0) == two);
}

TEST_CASE("the squared error's gradient agrees with both oracles and is zero beyond the columns in use") {
  constexpr double scale = 0.3;
  constexpr int used = 3;
  auto pair = random_pair();
  gdm::Block<double, rows, columns> dy{};
  check::for_each_element(dy, [](double& v) { v = std::numeric_limits<double>::quiet_NaN(); });
  (void)gdm::squared_error(pair.y, pair.target, used, scale, dy);
  Pair<check::Dual> dual;
  for (int j = 0; j < columns; ++j) {
    for (int i = 0; i < rows; ++i) {
      dual.y(i, j) = check::Dual(pair.y(i, j));
      dual.target(i, j) = check::Dual(pair.target(i, j));
    }
  }
  for (int j = 0; j < columns; ++j) {
    for (int i = 0; i < rows; ++i) {
      const double difference = check::difference_quotient(pair.y(i, j), [&] { return loss(pair, used, scale); });
      CHECK(near(dy(i, j), scale * difference, 1e-12, 1e-9));
      dual.y(i, j) = boost::math::differentiation::make_fvar<double, 1>(pair.y(i, j));
      CHECK(near(dy(i, j), scale * loss(dual, used, check::Dual(scale)).derivative(1), 1e-15, 1e-14));
      dual.y(i, j) = check::Dual(pair.y(i, j));
      if (j >= used) CHECK(dy(i, j) == 0);
    }
  }
}

TEST_CASE("gradients of tiles add up to that of the mean over the whole batch") {
  const auto pair = random_pair();
  gdm::Block<double, rows, columns> dy{};
  const double mean = gdm::squared_error(pair.y, pair.target, columns, 1.0 / (rows * columns), dy) / (rows * columns);
  CHECK(near(mean, (pair.y.matrix() - pair.target.matrix()).squaredNorm() / (rows * columns), 0, 1e-15));
  const Eigen::Matrix<double, rows, columns> expected =
      (pair.y.matrix() - pair.target.matrix()) * (2.0 / (rows * columns));
  CHECK((dy.matrix() - expected).cwiseAbs().maxCoeff() <= 1e-16);
}
