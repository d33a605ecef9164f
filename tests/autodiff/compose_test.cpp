// SPDX-License-Identifier: MIT
#include <gdm/autodiff/compose.hpp>
#include <gdm/autodiff/dense.hpp>

#include "gradient_check.hpp"

namespace {

using gdm::Chain;
using gdm::Dense;
using gdm::Silu;

using Inner = Chain<Dense<6, 7, Silu>, Dense<7, 6>>;
using Deep = Chain<Dense<4, 6, Silu>, Dense<6, 6, Silu, gdm::Skip::residual>, Inner, Dense<6, 3>>;

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

TEST_CASE("operations one after the other agree with both oracles") {
  check::operation<Deep>(91);
  check::operation<Chain<Dense<3, 2>>>(92);
  const double error = check::forward_error<Deep, 3>(95, [](const auto& p, const std::vector<double>& x) {
    auto h = alone<Dense<4, 6, Silu>>(std::get<0>(p), x);
    h = alone<Dense<6, 6, Silu, gdm::Skip::residual>>(std::get<1>(p), h);
    h = alone<Inner>(std::get<2>(p), h);
    return alone<Dense<6, 3>>(std::get<3>(p), h);
  });
  CHECK(error == 0);
}

TEST_CASE("parameters of composed operations have names that tell them apart") {
  CHECK(names<Deep>() == std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias", "2.0.weight", "2.0.bias",
                                                  "2.1.weight", "2.1.bias", "3.weight", "3.bias"});
}
