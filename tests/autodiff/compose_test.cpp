// SPDX-License-Identifier: MIT
#include <gdm/autodiff/activation.hpp>
#include <gdm/autodiff/compose.hpp>
#include <gdm/autodiff/dense.hpp>
#include <gdm/autodiff/normalise.hpp>

#include "gradient_check.hpp"

namespace {

using gdm::Chain;
using gdm::Concatenate;
using gdm::Dense;
using gdm::Elementwise;
using gdm::LayerNorm;
using gdm::Residual;
using gdm::Silu;
using gdm::Softmax;
using gdm::Tanh;

using Side = Concatenate<Dense<5, 3, Silu>, Softmax<5>, Elementwise<Tanh, 5>>;
using Deep = Chain<Dense<4, 6, Silu>, LayerNorm<6>, Residual<Chain<Dense<6, 7, Tanh>, Dense<7, 6>>>, Dense<6, 3>>;
using Mixed = Chain<Dense<4, 5, Silu>, Side, Dense<13, 3, Tanh>, Concatenate<Dense<3, 2>, Residual<Softmax<3>>>>;

/// Columns of `Op`, one operation at a time, from the same parameters.
template <class Op, class Parameters>
std::vector<double> alone(const Parameters& p, const std::vector<double>& x) {
  check::Point<Op, double, 1> point{p};
  std::copy(x.begin(), x.end(), point.x.data);
  const auto y = check::output(point);
  return {y.column(0), y.column(0) + Op::outputs};
}

template <class Op>
std::vector<std::string> names() {
  typename Op::template Parameters<double> p{};
  std::vector<std::string> all;
  Op::visit([&](const std::string& name, const auto&) { all.push_back(name); }, p);
  return all;
}

}  // namespace

TEST_CASE("a residual sum agrees with both oracles") {
  check::operation<Residual<Dense<5, 5, Tanh>>>(71);
  check::operation<Residual<Softmax<4>>>(72);
  using Op = Residual<Dense<5, 5, Tanh>>;
  const double error = check::forward_error<Op, 3>(75, [](const auto& p, const std::vector<double>& x) {
    auto y = alone<Dense<5, 5, Tanh>>(p, x);
    for (std::size_t i = 0; i < 5; ++i) y[i] += x[i];
    return y;
  });
  CHECK(error == 0);
}

TEST_CASE("operations side by side agree with both oracles") {
  check::operation<Side>(81);
  check::operation<Concatenate<Softmax<3>>>(82);
  const double error = check::forward_error<Side, 3>(85, [](const auto& p, const std::vector<double>& x) {
    auto y = alone<Dense<5, 3, Silu>>(std::get<0>(p), x);
    for (const double v : alone<Softmax<5>>(std::get<1>(p), x)) y.push_back(v);
    for (const double v : alone<Elementwise<Tanh, 5>>(std::get<2>(p), x)) y.push_back(v);
    return y;
  });
  CHECK(error == 0);
}

TEST_CASE("operations one after the other agree with both oracles") {
  check::operation<Deep>(91);
  check::operation<Chain<Dense<3, 2>>>(92);
  const double error = check::forward_error<Deep, 3>(95, [](const auto& p, const std::vector<double>& x) {
    auto h = alone<Dense<4, 6, Silu>>(std::get<0>(p), x);
    h = alone<LayerNorm<6>>(std::get<1>(p), h);
    h = alone<Residual<Chain<Dense<6, 7, Tanh>, Dense<7, 6>>>>(std::get<2>(p), h);
    return alone<Dense<6, 3>>(std::get<3>(p), h);
  });
  CHECK(error == 0);
}

TEST_CASE("chains of concatenations agree with both oracles") { check::operation<Mixed>(101); }

TEST_CASE("parameters of composed operations have names that tell them apart") {
  CHECK(names<Side>() == std::vector<std::string>{"0.weight", "0.bias"});
  CHECK(names<Deep>() == std::vector<std::string>{"0.weight", "0.bias", "1.gain", "1.shift", "2.0.weight", "2.0.bias",
                                                  "2.1.weight", "2.1.bias", "3.weight", "3.bias"});
}
