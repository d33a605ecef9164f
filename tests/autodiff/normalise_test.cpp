// SPDX-License-Identifier: MIT
#include <gdm/autodiff/normalise.hpp>

#include "../near.hpp"
#include "gradient_check.hpp"

namespace {

template <int N>
gdm::Block<double, N, 1> softmax(const gdm::Block<double, N, 1>& x) {
  check::Point<gdm::Softmax<N>, double, 1> point;
  point.x = x;
  return check::output(point);
}

}  // namespace

TEST_CASE("softmax agrees with its formula and with both oracles") {
  check::operation<gdm::Softmax<5>>(51);
  check::operation<gdm::Softmax<1>>(52);
  const double error = check::forward_error<gdm::Softmax<5>, 3>(55, [](const auto&, const std::vector<double>& x) {
    std::vector<double> y;
    long double sum = 0;
    for (const double z : x) sum += std::exp(static_cast<long double>(z));
    for (const double z : x) y.push_back(static_cast<double>(std::exp(static_cast<long double>(z)) / sum));
    return y;
  });
  CHECK(error <= 1e-15);
}

TEST_CASE("softmax does not overflow and does not see a common shift") {
  const auto y = softmax<3>({{1000, 1001, 1002}});
  const auto shifted = softmax<3>({{0, 1, 2}});
  for (int i = 0; i < 3; ++i) CHECK(near(y(i, 0), shifted(i, 0), 0, 1e-15));
  const auto one = softmax<3>({{-1e300, 0, 1e300}});
  CHECK(one(0, 0) == 0);
  CHECK(one(1, 0) == 0);
  CHECK(one(2, 0) == 1);
}

TEST_CASE("layer norm agrees with its formula and with both oracles") {
  check::operation<gdm::LayerNorm<6>>(61);
  check::operation<gdm::LayerNorm<2>>(62);
  const double error = check::forward_error<gdm::LayerNorm<6>, 3>(65, [](const auto& p, const std::vector<double>& x) {
    long double sum = 0, square = 0;
    for (const double z : x) sum += z;
    const long double mean = sum / 6;
    for (const double z : x) square += (z - mean) * (z - mean);
    const long double deviation = std::sqrt(square / 6 + 1e-5L);
    std::vector<double> y;
    for (int i = 0; i < 6; ++i) {
      const long double unit = (x[static_cast<std::size_t>(i)] - mean) / deviation;
      y.push_back(static_cast<double>(p.gain(i, 0) * unit + p.shift(i, 0)));
    }
    return y;
  });
  CHECK(error <= 1e-14);
}

TEST_CASE("layer norm of a constant column is its shift, and the gradient stays finite") {
  using Op = gdm::LayerNorm<4>;
  auto point = check::random_point<Op, 1>(66);
  for (int i = 0; i < 4; ++i) point.x(i, 0) = 3;
  const auto y = check::output(point);
  for (int i = 0; i < 4; ++i) CHECK(near(y(i, 0), point.parameters.shift(i, 0), 1e-12, 0));
  check::Gradient<Op, 1> gradient;
  check::add_gradient(point, gradient);
  for (const double* g : check::variables<Op>(gradient.parameters, gradient.x)) CHECK(std::isfinite(*g));
}
