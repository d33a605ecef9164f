// SPDX-License-Identifier: MIT
/// @file
/// @brief Checks that every operation of gdm/autodiff has to pass, against two derivatives from elsewhere.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/math/differentiation/autodiff.hpp>
#include <cmath>
#include <cstdint>
#include <gdm/autodiff/block.hpp>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "../near.hpp"

namespace check {

using Dual = boost::math::differentiation::autodiff_fvar<double, 1>;

/// Numbers in [-1.5, 1.5), the same on every machine.
class Numbers {
 public:
  explicit Numbers(std::uint32_t seed) : state_(seed * 2654435769U + 1) {}
  double operator()() {
    state_ = state_ * 1664525U + 1013904223U;
    return 3 * (static_cast<double>(state_ >> 8) * 0x1p-24 - 0.5);
  }

 private:
  std::uint32_t state_;
};

/// The function that is differentiated, L = sum_ij cotangent_ij y_ij with y = op(x): its weights, x and cotangent.
template <class Op, class S, int B>
struct Point {
  typename Op::template Parameters<S> parameters{};
  gdm::Block<S, Op::inputs, B> x{};
  gdm::Block<S, Op::outputs, B> cotangent{};
};

template <class Block, class F>
void for_each_element(Block& block, const F& f) {
  for (int j = 0; j < Block::cols; ++j)
    for (int i = 0; i < Block::rows; ++i) f(block(i, j));
}

/// Every weight, then every input, padding left out.
template <class Op, class Parameters, class Input>
auto variables(Parameters& parameters, Input& x) {
  std::vector<typename Input::Scalar*> all;
  const auto collect = [&](auto& element) { all.push_back(&element); };
  Op::visit([&](const std::string&, auto& block) { for_each_element(block, collect); }, parameters);
  for_each_element(x, collect);
  return all;
}

/// The values of every weight.
template <class Op, class Parameters>
std::vector<double> weights(const Parameters& parameters) {
  std::vector<double> all;
  const auto collect = [&](const double& element) { all.push_back(element); };
  Op::visit([&](const std::string&, const auto& block) { for_each_element(block, collect); }, parameters);
  return all;
}

template <class Op, int B>
Point<Op, double, B> random_point(std::uint32_t seed) {
  Point<Op, double, B> point;
  Numbers numbers(seed);
  for (double* v : variables<Op>(point.parameters, point.x)) *v = numbers();
  for_each_element(point.cotangent, [&](double& v) { v = numbers(); });
  return point;
}

template <class Op, class S, int B>
gdm::Block<S, Op::outputs, B> output(const Point<Op, S, B>& point) {
  const auto workspace = std::make_unique<typename Op::template Workspace<S, B>>();
  gdm::Block<S, Op::outputs, B> y{};
  Op::forward(point.parameters, point.x, *workspace, y);
  return y;
}

template <class Op, class S, int B>
S value(const Point<Op, S, B>& point) {
  const auto y = output(point);
  S sum(0);
  for (int j = 0; j < B; ++j)
    for (int i = 0; i < Op::outputs; ++i) sum += point.cotangent(i, j) * y(i, j);
  return sum;
}

template <class Op, int B>
struct Gradient {
  typename Op::template Parameters<double> parameters{};
  gdm::Block<double, Op::inputs, B> x{};
};

/// Adds the gradient of L to that of the parameters; writes that of x, unless `with_x` is false.
template <class Op, int B>
void add_gradient(const Point<Op, double, B>& point, Gradient<Op, B>& gradient, bool with_x = true) {
  const auto workspace = std::make_unique<typename Op::template Workspace<double, B>>();
  gdm::Block<double, Op::outputs, B> y{};
  Op::prepare(point.parameters, *workspace);
  Op::forward(point.parameters, point.x, *workspace, y);
  Op::pullback(point.parameters, *workspace, point.cotangent, gradient.parameters, with_x ? &gradient.x : nullptr);
}

/// Central differences with two Richardson extrapolations: the error is of sixth order in the step.
template <class F>
double difference_quotient(double& variable, const F& f) {
  const double centre = variable;
  const auto quotient = [&](double h) {
    variable = centre + h;
    const double above = f();
    variable = centre - h;
    const double below = f();
    variable = centre;
    return (above - below) / (2 * h);
  };
  constexpr double h = 4e-3;
  return (64 * quotient(h / 4) - 20 * quotient(h / 2) + quotient(h)) / 45;
}

/// Largest |found - expected| relative to |expected|, or to a thousandth of the largest |expected| if that is more.
inline double relative_error(const std::vector<double>& found, const std::vector<double>& expected) {
  double size = 0, worst = 0;
  for (const double e : expected) size = std::max(size, std::abs(e));
  if (size == 0) size = 1;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const double error = std::abs(found[k] - expected[k]) / std::max(std::abs(expected[k]), 1e-3 * size);
    worst = larger_error(worst, error);
  }
  return worst;
}

template <class Block>
[[nodiscard]] bool padding_is_zero(const Block& block) {
  for (int j = 0; j < Block::cols; ++j)
    for (int i = Block::rows; i < Block::stride; ++i)
      if (block.column(j)[i] != 0) return false;
  return true;
}

/// Gradients by every weight and every input against central differences and against forward-mode differentiation of
/// the same operation.
template <class Op, int B>
void gradient_agrees(std::uint32_t seed) {
  auto point = random_point<Op, B>(seed);
  Gradient<Op, B> gradient;
  for (double& v : gradient.x.data) v = std::numeric_limits<double>::quiet_NaN();  // to be overwritten, padding too
  add_gradient(point, gradient);

  Point<Op, Dual, B> dual;
  const auto variable = variables<Op>(point.parameters, point.x);
  const auto dual_variable = variables<Op>(dual.parameters, dual.x);
  for (std::size_t k = 0; k < variable.size(); ++k) *dual_variable[k] = Dual(*variable[k]);
  for (int j = 0; j < B; ++j)
    for (int i = 0; i < Op::outputs; ++i) dual.cotangent(i, j) = Dual(point.cotangent(i, j));

  std::vector<double> found, by_difference, by_forward;
  for (const double* g : variables<Op>(gradient.parameters, gradient.x)) found.push_back(*g);
  for (std::size_t k = 0; k < variable.size(); ++k) {
    by_difference.push_back(difference_quotient(*variable[k], [&] { return value(point); }));
    *dual_variable[k] = boost::math::differentiation::make_fvar<double, 1>(*variable[k]);
    by_forward.push_back(value(dual).derivative(1));
    *dual_variable[k] = Dual(*variable[k]);
  }
  CHECK(relative_error(found, by_difference) <= 1e-7);
  CHECK(relative_error(found, by_forward) <= 1e-11);

  CHECK(padding_is_zero(gradient.x));
  Op::visit([](const std::string& name, const auto& block) { CHECK_MESSAGE(padding_is_zero(block), name); },
            gradient.parameters);
}

/// The gradient by the parameters is added to what is there, whether or not that by the input is wanted.
template <class Op, int B>
void gradient_adds(std::uint32_t seed) {
  const auto point = random_point<Op, B>(seed);
  Gradient<Op, B> once, more;
  add_gradient(point, once);
  const auto one = weights<Op>(once.parameters);
  for (int times = 1; times <= 3; ++times) {
    add_gradient(point, more, times != 2);
    auto expected = one;
    for (double& e : expected) e *= times;
    CHECK(relative_error(weights<Op>(more.parameters), expected) <= 1e-12);
    for (int j = 0; j < B; ++j) CHECK(std::equal(more.x.column(j), more.x.column(j) + Op::inputs, once.x.column(j)));
  }
}

/// One column gives the same bits alone and in a tile, and the gradient of a tile is the sum over its columns.
template <class Op, int B>
void tiles_agree(std::uint32_t seed) {
  const auto tile = random_point<Op, B>(seed);
  const auto y = output(tile);
  Gradient<Op, B> together;
  add_gradient(tile, together);
  Gradient<Op, 1> sum;
  for (int j = 0; j < B; ++j) {
    Point<Op, double, 1> column{tile.parameters};
    std::copy_n(tile.x.column(j), Op::inputs, column.x.data);
    std::copy_n(tile.cotangent.column(j), Op::outputs, column.cotangent.data);
    CHECK(std::equal(y.column(j), y.column(j) + Op::outputs, output(column).data));
    add_gradient(column, sum);
    // Training tiles are all of one size: of the gradient only the numbers have to agree, not the last bits.
    for (int i = 0; i < Op::inputs; ++i)
      CHECK(std::abs(sum.x(i, 0) - together.x(i, j)) <= 1e-13 * (1 + std::abs(together.x(i, j))));
  }
  CHECK(relative_error(weights<Op>(together.parameters), weights<Op>(sum.parameters)) <= 1e-11);
}

/// All of the above.
template <class Op>
void operation(std::uint32_t seed) {
  gradient_agrees<Op, 3>(seed);
  gradient_adds<Op, 3>(seed + 1);
  tiles_agree<Op, 3>(seed + 2);
}

/// Largest error of the outputs against `naive(parameters, column of x)`, which returns the column of y.
template <class Op, int B, class Naive>
double forward_error(std::uint32_t seed, const Naive& naive) {
  const auto point = random_point<Op, B>(seed);
  const auto y = output(point);
  double worst = 0;
  for (int j = 0; j < B; ++j) {
    const std::vector<double> x(point.x.column(j), point.x.column(j) + Op::inputs);
    const std::vector<double> expected = naive(point.parameters, x);
    for (int i = 0; i < Op::outputs; ++i)
      worst = larger_error(worst, std::abs(y(i, j) - expected[static_cast<std::size_t>(i)]));
  }
  return worst;
}

}  // namespace check
