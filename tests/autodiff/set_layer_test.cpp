// SPDX-License-Identifier: MIT
#include <gdm/autodiff/set_layer.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <string>

#include "gradient_check.hpp"

namespace {

constexpr int W = 5, M = 3, B = 2;

template <bool Global>
using Layer = gdm::SetLayer<W, M, Global ? 4 : 0, Global>;  // a constant divisor and a mean

/// All tokens of the instances are present.
template <bool Global>
struct Batch {
  gdm::TokenColumns<M, B, Global> layout;
  gdm::LayerBatch<double, gdm::TokenColumns<M, B, Global>> view{layout, {nullptr, 0}, nullptr};
  Batch() { layout.lay_out(nullptr, B); }
};

template <bool Global, class S>
struct Point {
  typename Layer<Global>::template Parameters<S> parameters{};
  gdm::Block<S, W, Layer<Global>::template columns<B>> x{}, cotangent{};
};

template <bool Global>
Point<Global, double> random_point() {
  Point<Global, double> p;
  check::Numbers numbers(11);
  const auto fill = [&](auto& block) { check::for_each_element(block, [&](double& v) { v = numbers(); }); };
  Layer<Global>::visit([&](const std::string&, auto& block) { fill(block); }, p.parameters);
  fill(p.x);
  fill(p.cotangent);
  return p;
}

/// h + silu(A h + U sum / D + C g + b), element by element.
template <bool Global, class S>
gdm::Block<S, W, Layer<Global>::template columns<B>> by_hand(const Point<Global, S>& p) {
  using std::exp;
  gdm::Block<S, W, Layer<Global>::template columns<B>> y{};
  for (int j = 0; j < y.cols; ++j) {
    const int b = j < M * B ? j / M : j - M * B;
    for (int i = 0; i < W; ++i) {
      S z = p.parameters.bias(i, 0);
      for (int k = 0; k < W; ++k) {
        z += p.parameters.own(i, k) * p.x(k, j);
        S sum(0);
        for (int m = 0; m < M; ++m) sum += p.x(k, b * M + m);
        z += p.parameters.pooled(i, k) * sum / S(Global ? 4 : M);
        if constexpr (Global) z += p.parameters.global(i, k) * p.x(k, M * B + b);
      }
      y(i, j) = p.x(i, j) + z / (S(1) + exp(S(-z)));
    }
  }
  return y;
}

template <class Block>
auto weighted_sum(const Block& y, const auto& cotangent) {
  typename Block::Scalar sum(0);
  for (int j = 0; j < Block::cols; ++j)
    for (int i = 0; i < Block::rows; ++i) sum += cotangent(i, j) * y(i, j);
  return sum;
}

template <bool Global>
void check_layer() {
  auto p = random_point<Global>();
  const auto workspace = std::make_unique<typename Layer<Global>::template Workspace<double, B>>();
  decltype(p.x) y{}, dx{};
  Layer<Global>::prepare(p.parameters, *workspace);
  const Batch<Global> batch;
  Layer<Global>::forward(p.parameters, batch.view, p.x, *workspace, y);
  const auto expected = by_hand(p);
  for (int j = 0; j < y.cols; ++j)
    for (int i = 0; i < W; ++i) CHECK(std::abs(y(i, j) - expected(i, j)) < 1e-13 * (1 + std::abs(expected(i, j))));

  typename Layer<Global>::template Parameters<double> gradient{};
  Layer<Global>::pullback(batch.view, *workspace, p.cotangent, gradient, dx);
  const auto check_element = [&](double& variable, double found, auto dual_of) {
    const double difference =
        check::difference_quotient(variable, [&] { return weighted_sum(by_hand(p), p.cotangent); });
    CHECK(std::abs(found - difference) <= 1e-7 * (1 + std::abs(difference)));
    Point<Global, check::Dual> q;  // the same point, with this variable's derivative switched on
    const auto copy = [](const auto& from, auto& to) {
      for (int j = 0; j < from.cols; ++j)
        for (int i = 0; i < from.rows; ++i) to(i, j) = check::Dual(from(i, j));
    };
    copy(p.parameters.own, q.parameters.own);
    copy(p.parameters.pooled, q.parameters.pooled);
    copy(p.parameters.bias, q.parameters.bias);
    if constexpr (Global) copy(p.parameters.global, q.parameters.global);
    copy(p.x, q.x);
    copy(p.cotangent, q.cotangent);
    check::Dual& dual = dual_of(q);
    dual = boost::math::differentiation::make_fvar<double, 1>(variable);
    const double forward = static_cast<double>(weighted_sum(by_hand(q), q.cotangent).derivative(1));
    CHECK(std::abs(found - forward) <= 1e-11 * (1 + std::abs(forward)));
  };
  for (int j = 0; j < W; ++j)
    for (int i = 0; i < W; ++i) {
      check_element(
          p.parameters.own(i, j), gradient.own(i, j), [&](auto& q) -> auto& { return q.parameters.own(i, j); });
      check_element(
          p.parameters.pooled(i, j),
          gradient.pooled(i, j), [&](auto& q) -> auto& { return q.parameters.pooled(i, j); });
      if constexpr (Global)
        check_element(
            p.parameters.global(i, j),
            gradient.global(i, j), [&](auto& q) -> auto& { return q.parameters.global(i, j); });
    }
  for (int i = 0; i < W; ++i)
    check_element(
        p.parameters.bias(i, 0), gradient.bias(i, 0), [&](auto& q) -> auto& { return q.parameters.bias(i, 0); });
  for (int j = 0; j < p.x.cols; ++j)
    for (int i = 0; i < W; ++i)
      check_element(
          p.x(i, j), dx(i, j), [&](auto& q) -> auto& { return q.x(i, j); });
}

}  // namespace

TEST_CASE(
    "set layer of tokens alone: value and every gradient agree with the formula, differences and forward autodiff") {
  check_layer<false>();
}

TEST_CASE("set layer with a global token and a constant divisor: value and every gradient likewise") {
  check_layer<true>();
}

TEST_CASE("permuting the tokens of a set layer permutes its output") {
  auto p = random_point<true>();
  auto q = p;
  for (int i = 0; i < W; ++i)
    for (int b = 0; b < B; ++b)
      for (int m = 0; m < M; ++m) q.x(i, b * M + m) = p.x(i, b * M + (m + 1) % M);
  const auto w = std::make_unique<Layer<true>::Workspace<double, B>>();
  decltype(p.x) y{}, z{};
  const Batch<true> batch;
  Layer<true>::forward(p.parameters, batch.view, p.x, *w, y);
  Layer<true>::forward(q.parameters, batch.view, q.x, *w, z);
  for (int i = 0; i < W; ++i)
    for (int b = 0; b < B; ++b) {
      for (int m = 0; m < M; ++m) CHECK(std::abs(z(i, b * M + m) - y(i, b * M + (m + 1) % M)) < 1e-13);
      CHECK(std::abs(z(i, M * B + b) - y(i, M * B + b)) < 1e-13);
    }
}
