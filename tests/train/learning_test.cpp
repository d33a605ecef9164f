// SPDX-License-Identifier: MIT
#include <gdm/train/learning.hpp>

#include <doctest/doctest.h>
#include <gdm/optimizer.hpp>
#include <gdm/optimum/projection.hpp>

#include "../data/temporary_folder.hpp"

namespace {

/// Minimise x_1 / y_1 + x_2 / y_2 over y >= 0.01 with sum 1: the best shares are as the square roots of the loads.
struct Loads {
  using Condition = gdm::Vector<2>;
  using Solution = gdm::Vector<2>;
  static constexpr gdm::Sense sense = gdm::Sense::minimize;
  static double objective(const Condition& x, const Solution& y) { return x[0] / y[0] + x[1] / y[1]; }
  static Solution project(const Condition&, const Solution& y) { return gdm::project_simplex(y, 1.0, 0.01); }
  static double violation(const Condition&, const Solution& y) { return gdm::simplex_violation(y, 1.0, 0.01); }
  template <class Generator>
  static Condition draw(Generator& rng) {
    return {gdm::draw_uniform(rng, 0.1, 5.0), gdm::draw_uniform(rng, 0.1, 5.0)};
  }
};
using Optimizer = gdm::GdmOptimizer<Loads, gdm::Mlp<16, 16>>;
using Options = Optimizer::LearnOptions;

Options options(int threads) {
  return {.instances = 200,
          .rounds = 3,
          .samples = 4,
          .refine = 1,
          .epochs = 5,
          .final_epochs = 60,
          .batch_size = 50,
          .seed = 3,
          .threads = threads};
}

/// Answers to ten fixed conditions: the bits of a model.
xt::xtensor<double, 2> answers(const Optimizer& optimizer) {
  xt::xtensor<double, 2> x;
  x.resize({10, 2});
  for (std::size_t i = 0; i < 10; ++i) {
    x(i, 0) = 0.2 + 0.4 * static_cast<double>(i);
    x(i, 1) = 4.5 - 0.4 * static_cast<double>(i);
  }
  return optimizer.solve_batch(x, {.samples = 2, .seed = 1, .threads = 1});
}

struct StopAfter {
  std::size_t round;
  gdm::Flow on_round(const gdm::RoundInfo& info) const {
    return info.round == round ? gdm::Flow::stop : gdm::Flow::proceed;
  }
};

}  // namespace

TEST_CASE("learning without labels comes near the optimum, and the table near it too") {
  Optimizer optimizer;
  gdm::Dataset<Loads> table;
  table.conditions.resize({200, 2});
  gdm::RandomStream rng(5);
  for (std::size_t i = 0; i < 200; ++i) gdm::set_row(table.conditions, i, Loads::draw(rng));
  const gdm::LearnReport report = optimizer.learn(table, options(1));
  REQUIRE(report.objective.size() == 3);
  CHECK(report.objective.back() <= report.objective.front());
  double optimum = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    const auto x = table.condition(i);
    optimum += std::pow(std::sqrt(x[0]) + std::sqrt(x[1]), 2) / 200;  // Cauchy and Schwarz
    CHECK(Loads::violation(x, table.solution(i)) <= 1e-9);
  }
  CHECK(report.objective.back() >= optimum * (1 - 1e-12));
  CHECK(report.objective.back() <= optimum * 1.005);
}

TEST_CASE("learning has the same bits on one thread and on two") {
  Optimizer one, two;
  const auto a = one.learn(options(1)), b = two.learn(options(2));
  CHECK(a.objective == b.objective);
  CHECK(answers(one) == answers(two));
}

TEST_CASE("a run that stopped in any round goes on to the same bits") {
  Optimizer whole;
  const auto expected = whole.learn(options(1));
  for (const std::size_t round : {1U, 2U}) {
    const gdm_test::TemporaryFolder folder;
    Options with_file = options(1);
    with_file.checkpoint = folder / "run";
    Optimizer first, second;
    CHECK(first.learn(with_file, StopAfter{round}).objective.size() == round);
    CHECK(second.learn(with_file).objective == expected.objective);
    CHECK(answers(second) == answers(whole));
    Options other = with_file;
    other.seed = 4;
    CHECK_THROWS_AS((void)second.learn(other), gdm::Error);
  }
}

TEST_CASE("training that destroys the model begins afresh in the next round") {
  Optimizer optimizer;
  Options wild = options(1);
  wild.rounds = 4;
  wild.learning_rate = 30;  // weights jump about: samples are far from the table
  const auto report = optimizer.learn(wild);
  CHECK(report.afresh.size() > 2);  // the first and the last round always do
  CHECK(report.objective.back() <= report.objective.front());
}
