// SPDX-License-Identifier: MIT
#include "toy_problem.hpp"

#include <doctest/doctest.h>
#include <gdm/analysis/evaluation.hpp>
#include <gdm/baseline/regression.hpp>
#include <gdm/problems/offloading/defaults.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#include "../near.hpp"

namespace {

using CoHeads = gdm::detail::DecisionLatents<gdm::ComputationOffloading<3, gdm::NoCompletion>>;

/// A network of which the loss can be told by hand: its output is its weights, whatever the condition.
struct Constant {
  static constexpr int latents = 2, features = 1, inputs = 2, tile = 4;
  using Parameters = gdm::Block<double, 2, 1>;
  template <int B>
  struct Workspace {};
  template <int B>
  static void forward(const Parameters& p, const gdm::Block<double, 2, B>&, const gdm::Block<double, 1, B>&, const int*,
                      const bool*, const int*, Workspace<B>&, gdm::Block<double, 2, B>& out) {
    for (int j = 0; j < B; ++j)
      for (int i = 0; i < 2; ++i) out(i, j) = p(i, 0);
  }
  template <int B>
  static void pullback(const Parameters&, const bool*, Workspace<B>&, const gdm::Block<double, 2, B>& d,
                       Parameters& gradient) {
    for (int j = 0; j < B; ++j)
      for (int i = 0; i < 2; ++i) gradient(i, 0) += d(i, j);
  }
};
struct FirstIsDecision {
  static constexpr bool decision(int row) { return row == 0; }
};

double loss_at(double decision, double number, Constant::Parameters& gradient,
               const gdm::EncodedRows<double, Constant>& labels = {3, {0, 0, 0}, {1, 0.5, 0, -2, 1, 1}}) {
  const gdm::SupervisedLoss<double, Constant, FirstIsDecision> loss(labels);
  decltype(loss)::Workspace workspace{};
  Constant::Parameters p{};
  p(0, 0) = decision;
  p(1, 0) = number;
  gradient = {};
  const std::uint32_t rows[] = {0, 1, 2};
  return loss.accumulate(p, rows, 3, 1.0, {}, workspace, gradient);
}

}  // namespace

TEST_CASE("the supervised loss is cross-entropy plus squared error, also where the exponential overflows") {
  Constant::Parameters g;
  for (const double o : {-0.7, 0.0, 2.5}) {
    const double q = 1 / (1 + std::exp(-o));
    const double expected = -2 * std::log(q) - std::log(1 - q) + 0.25 * 0.25 + 2.25 * 2.25 + 0.75 * 0.75;
    CHECK(near(loss_at(o, 0.25, g), expected, 1e-12, 1e-12));
  }
  CHECK(near(loss_at(800, 0.5, g), 800 + 6.25 + 0.25, 0, 1e-12));
  CHECK(near(loss_at(-800, 0.5, g), 1600 + 6.25 + 0.25, 0, 1e-12));
}

TEST_CASE("rows count by their weight, and latents of absent tokens do not count") {
  const gdm::EncodedRows<double, Constant> labels{
      .count = 3, .features = {0, 0, 0}, .latents = {1, 0.5, 0, -2, 1, 1}, .in_use = {2, 1, 2}, .weights = {3, 0.5, 0}};
  const double o = 0.9, q = 1 / (1 + std::exp(-o));
  Constant::Parameters g;
  CHECK(near(loss_at(o, 0.25, g, labels), 3 * (-std::log(q) + 0.0625) - 0.5 * std::log(1 - q), 1e-12, 1e-12));
  CHECK(near(g(0, 0), 3 * (q - 1) + 0.5 * q, 1e-12, 1e-12));
  CHECK(near(g(1, 0), 3 * 2 * -0.25, 1e-12, 1e-12));
  const std::uint32_t rows[] = {2, 0, 1};
  CHECK(labels.total(rows, 3) == 3 * 2 + 0.5);
  CHECK(labels.total(rows, 1) == 0);
}

TEST_CASE("the supervised loss's gradient is its slope") {
  for (const double o : {-3.0, -0.2, 0.9}) {
    Constant::Parameters g, unused;
    loss_at(o, 0.4, g);
    const double h = 1e-6;
    CHECK(near(g(0, 0), (loss_at(o + h, 0.4, unused) - loss_at(o - h, 0.4, unused)) / (2 * h), 1e-8, 1e-7));
    CHECK(near(g(1, 0), (loss_at(o, 0.4 + h, unused) - loss_at(o, 0.4 - h, unused)) / (2 * h), 1e-8, 1e-7));
  }
}

TEST_CASE("only offloading decisions are classes") {
  CHECK(gdm::detail::DecisionLatents<gdm::CoProblem>::decision(2));
  CHECK(CoHeads::decision(0));
  CHECK_FALSE(CoHeads::decision(1));
  CHECK_FALSE(gdm::detail::DecisionLatents<gdm::MsrProblem>::decision(0));
}

TEST_CASE("MTFNN learns two loads within 1e-4 of the optimum, the same for any threads and alone or in a batch") {
  using Net = gdm::Regression<TwoLoads, gdm::Mlp<32, 32>>;
  const auto data = gdm::generate<TwoLoads>(2000, 1), test = gdm::generate<TwoLoads>(300, 2);
  Net one, two;
  CHECK_THROWS_WITH_AS((void)one.solve(test.condition(0)), doctest::Contains("[GDM-R221]"), gdm::Error);
  one.train(data, {.epochs = 60, .batch_size = 64, .seed = 4, .threads = 1});
  two.train(data, {.epochs = 60, .batch_size = 64, .seed = 4, .threads = 2});
  const auto e = gdm::evaluate(one, test);
  CHECK(e.mean_gap < 1e-4);
  CHECK(e.mean_gap >= 0);
  CHECK(e.feasible_fraction == 1);
  const auto batch = two.solve_batch(test.conditions, {.threads = 2});
  for (std::size_t i = 0; i < test.size(); ++i) {
    const auto y = one.solve(test.condition(i));
    CHECK((y[0] == batch(i, 0) && y[1] == batch(i, 1)));
  }
}

TEST_CASE("MTFNN learns MSR-3 within 1e-4 and offloading decisions within 2 % of the optimum") {
  gdm::Regression<gdm::MsrProblem, gdm::Mlp<32, 32>> msr;
  msr.train(gdm::generate<gdm::MsrProblem>(2000, 1), {.epochs = 20, .batch_size = 64});
  CHECK(gdm::evaluate(msr, gdm::generate<gdm::MsrProblem>(300, 2)).mean_gap < 1e-4);
  gdm::Regression<gdm::CoProblem, gdm::Mlp<32, 32>> co;
  co.train(gdm::generate<gdm::CoProblem>(4000, 1), {.epochs = 20, .batch_size = 64});
  CHECK(gdm::evaluate(co, gdm::generate<gdm::CoProblem>(300, 2)).mean_gap < 0.02);
}
