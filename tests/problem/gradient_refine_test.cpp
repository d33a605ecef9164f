// SPDX-License-Identifier: MIT
#include <gdm/problem/gradient_refine.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include <gdm/model/codec.hpp>
#include <gdm/optimum/projection.hpp>

namespace {

/// Power shares that make the rate sum log(1 + x_i y_i) greatest within a total of x_3: water-filling by hand below.
struct Rate {
  using Condition = gdm::Vector<4>;
  using Solution = gdm::Vector<3>;
  static constexpr gdm::Sense sense = gdm::Sense::maximize;
  template <class T>
  static T objective(const Condition& x, const Eigen::Matrix<T, 3, 1>& y) {
    using std::log;
    T sum(0);
    for (int i = 0; i < 3; ++i) sum += log(T(1) + x[i] * y[i]);
    return sum;
  }
  static Solution project(const Condition& x, const Solution& y) { return gdm::project_simplex(y, x[3]); }
  static double violation(const Condition& x, const Solution& y) {
    return std::max({0.0, -y.minCoeff() / x[3], std::abs(y.sum() / x[3] - 1)});
  }
};

/// The same made a loss, with a constant part and no slope at its best point.
struct Bowl {
  using Condition = gdm::Vector<2>;
  using Solution = gdm::Vector<2>;
  static constexpr gdm::Sense sense = gdm::Sense::minimize;
  template <class T>
  static T objective(const Condition& x, const Eigen::Matrix<T, 2, 1>& y) {
    const T a = y[0] - x[0], b = y[1] - x[1];
    return T(3) + a * a + T(50) * b * b + a * b;
  }
  static Solution project(const Condition&, const Solution& y) { return y.cwiseMax(-1e3).cwiseMin(1e3); }
  static double violation(const Condition&, const Solution& y) { return std::max(0.0, y.cwiseAbs().maxCoeff() - 1e3); }
};

template <class P>
using CodecOf = gdm::Codec<P, false>;

template <class P>
typename P::Solution after(const typename P::Condition& x, typename P::Solution y, int steps) {
  typename CodecOf<P>::Instance instance{};
  instance.x = x;
  for (int k = 0; k < steps; ++k) {
    const auto next = gdm::GradientRefine::step<CodecOf<P>>(instance, y, P::objective(x, y));
    CHECK_FALSE(gdm::ProblemTraits<P>::better(P::objective(x, y), P::objective(x, next)));
    CHECK(P::violation(x, next) <= 1e-9);
    y = next;
  }
  return y;
}

}  // namespace

TEST_CASE("the gradient is the objective's: by hand, and by differences") {
  CodecOf<Rate>::Instance instance{};
  instance.x << 2, 0.5, 1, 10;
  const Rate::Solution y(1, 4, 5);
  const auto gradient = gdm::GradientRefine::gradient<CodecOf<Rate>>(instance, y);
  for (int i = 0; i < 3; ++i) {
    CHECK(gradient[i] == doctest::Approx(instance.x[i] / (1 + instance.x[i] * y[i])).epsilon(1e-14));
    const Rate::Solution up = y + 1e-5 * Rate::Solution::Unit(i), down = y - 1e-5 * Rate::Solution::Unit(i);
    const double difference = (Rate::objective(instance.x, up) - Rate::objective(instance.x, down)) / 2e-5;
    CHECK(gradient[i] == doctest::Approx(difference).epsilon(1e-8));
  }
}

TEST_CASE("steps climb to the optimum of a concave objective, feasibly and never worse, in any units") {
  for (const double unit : {1e-3, 1.0, 1e6}) {
    // Gains 2, 1, 0.1 per unit and 2 units: the third gets nothing, level (2 + 0.5 + 1) / 2.
    Rate::Condition x(2 / unit, 1 / unit, 0.1 / unit, 2 * unit);
    const Rate::Solution y = after<Rate>(x, Rate::Solution(0, 0, 2 * unit), 60);
    CHECK(y[0] == doctest::Approx(1.25 * unit).epsilon(1e-4));
    CHECK(y[1] == doctest::Approx(0.75 * unit).epsilon(1e-4));
    CHECK(y[2] <= 1e-6 * unit);
  }
}

TEST_CASE("steps go down where the problem minimises, and stay where there is no slope") {
  const Bowl::Condition x(4, -7);
  CHECK((after<Bowl>(x, Bowl::Solution(100, 100), 200) - x).norm() < 1e-3);
  CHECK(after<Bowl>(x, x, 1) == x);
}
