// SPDX-License-Identifier: MIT
#include <gdm/autodiff/dense.hpp>

#include "gradient_check.hpp"

namespace {

double plain(gdm::Identity, double z) { return z; }
double plain(gdm::Silu, double z) { return z / (1 + std::exp(-z)); }

/// y = f(W x + b), plus x if asked for, in plain loops.
template <class Op, class F>
double error_against_loops(std::uint32_t seed, double residual) {
  return check::forward_error<Op, 3>(seed, [&](const auto& p, const std::vector<double>& x) {
    std::vector<double> y;
    for (int o = 0; o < Op::outputs; ++o) {
      double z = p.bias(o, 0);
      for (int i = 0; i < Op::inputs; ++i) z += p.weight(o, i) * x[static_cast<std::size_t>(i)];
      y.push_back(plain(F{}, z));
      if (residual != 0) y.back() += residual * x[static_cast<std::size_t>(o)];
    }
    return y;
  });
}

}  // namespace

TEST_CASE_TEMPLATE("a dense layer's gradient agrees with both oracles", F, gdm::Identity, gdm::Silu) {
  using Op = gdm::Dense<5, 3, F>;
  check::operation<Op>(21);
  CHECK(error_against_loops<Op, F>(25, 0) <= 1e-14);
}

TEST_CASE_TEMPLATE("a dense layer with a residual sum agrees with both oracles", F, gdm::Identity, gdm::Silu) {
  using Op = gdm::Dense<4, 4, F, gdm::Skip::residual>;
  check::operation<Op>(31);
  CHECK(error_against_loops<Op, F>(35, 1) <= 1e-14);
}

TEST_CASE("layers as wide as whole registers and wider agree with both oracles") {
  check::operation<gdm::Dense<1, 1>>(41);
  check::operation<gdm::Dense<3, 17, gdm::Silu>>(42);
  check::operation<gdm::Dense<33, 2>>(43);
  CHECK(error_against_loops<gdm::Dense<3, 17, gdm::Silu>, gdm::Silu>(44, 0) <= 1e-14);
  CHECK(error_against_loops<gdm::Dense<33, 2>, gdm::Identity>(45, 0) <= 1e-13);
}

TEST_CASE("a dense layer visits its weights under the names of the model file") {
  gdm::Dense<2, 3>::Parameters<float> p{};
  std::vector<std::string> names;
  gdm::Dense<2, 3>::visit(
      [&](const std::string& name, const auto& block) {
        names.push_back(name + " " + std::to_string(block.rows) + "x" + std::to_string(block.cols));
      },
      p);
  CHECK(names == std::vector<std::string>{"weight 3x2", "bias 3x1"});
}
