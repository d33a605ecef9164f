// SPDX-License-Identifier: MIT
#include "toy_problem.hpp"

#include <doctest/doctest.h>
#include <gdm/analysis/evaluation.hpp>
#include <gdm/baseline/ppo.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#include "../near.hpp"

namespace {

using Actor = gdm::Mlp<8>::Network<double, gdm::detail::denoiser_shape<gdm::MsrProblem, 1>()>;
using Loss = gdm::PpoLoss<double, Actor>;
using Network = Loss::Network;

/// Rollouts of 5 rows with probability ratios on both sides of the clip and advantages of both signs.
gdm::Rollouts<double, Actor> some_rollouts() {
  gdm::RandomStream random(5);
  gdm::Rollouts<double, Actor> r;
  r.count = 5;
  for (std::size_t i = 0; i < 15; ++i) r.features.push_back(random.normal());
  for (std::size_t i = 0; i < 15; ++i) r.actions.push_back(0.5 * random.normal());
  r.tokens.assign(5, 3);
  r.log_probability.resize(5);
  r.advantage = {1.0, -0.5, 2.0, -1.5, 0.3};
  r.reward = {0.1, 0.2, -0.4, 0.9, 0.0};
  return r;
}

struct Setup {
  gdm::Rollouts<double, Actor> rollouts = some_rollouts();
  std::unique_ptr<Network::Parameters> p = std::make_unique<Network::Parameters>();
  std::unique_ptr<Loss::Workspace> w = std::make_unique<Loss::Workspace>();

  Setup() {
    Network::initialise(*p, 3, 0.6);
    gdm::RandomStream random(9);  // the last layers start at zero: move every weight away from that
    Network::visit(
        [&](const std::string&, auto& block) {
          for (int j = 0; j < block.cols; ++j)
            for (int i = 0; i < block.rows; ++i) block(i, j) += 0.1 * random.normal();
        },
        *p);
    // Log-ratios of the five rows: unclipped, too small, too large, too small and a loss, too large and a loss.
    const double log_ratio[] = {0.05, -0.6, 0.5, -0.05, 0.7};
    const auto now = log_probabilities();
    for (std::size_t k = 0; k < 5; ++k) rollouts.log_probability[k] = now[k] - log_ratio[k];
  }

  std::vector<double> log_probabilities() {
    (void)value();
    std::vector<double> now;
    for (int k = 0; k < 5; ++k)
      now.push_back(
          gdm::gaussian_log_probability<3>(rollouts.actions.data() + 3 * k, w->mean.column(k), p->log_deviation.data));
    return now;
  }
  double value(Network::Parameters* gradient = nullptr) {
    const Loss loss(rollouts, {.entropy_weight = 1e-3});
    const auto unused = std::make_unique<Network::Parameters>();
    const std::uint32_t rows[] = {0, 1, 2, 3, 4};
    Network::prepare(*p, w->network);
    const double total = loss.total(rows, 5);
    return loss.accumulate(*p, rows, 5, 1 / total, {}, *w, gradient == nullptr ? *unused : *gradient) / total;
  }
};

}  // namespace

TEST_CASE("PPO's loss is the clipped surrogate with value and entropy terms, worked out row by row") {
  Setup s;
  const double loss = s.value();
  const double ratio[] = {std::exp(0.05), std::exp(-0.6), std::exp(0.5), std::exp(-0.05), std::exp(0.7)};
  double expected = 0;
  for (int k = 0; k < 5; ++k) {
    const double a = s.rollouts.advantage[static_cast<std::size_t>(k)];
    const double clipped = ratio[k] < 0.8 ? 0.8 : ratio[k] > 1.2 ? 1.2 : ratio[k];
    const double surrogate = ratio[k] * a < clipped * a ? ratio[k] * a : clipped * a;
    const double error = s.w->value(0, k) - s.rollouts.reward[static_cast<std::size_t>(k)];
    const double entropy = s.p->log_deviation(0, 0) + s.p->log_deviation(1, 0) + s.p->log_deviation(2, 0);
    expected += (-surrogate + 0.5 * error * error - 1e-3 * entropy) / 5;
  }
  CHECK(near(loss, expected, 1e-12, 1e-12));
}

TEST_CASE("the gradient of PPO's loss is its slope in every weight of actor, critic and deviation") {
  Setup s;
  const auto gradient = std::make_unique<Network::Parameters>();
  (void)s.value(gradient.get());
  int checked = 0;
  Network::visit(
      [&](const std::string& name, auto& block, const auto& slope) {
        for (int j = 0; j < block.cols; j += 3)
          for (int i = 0; i < block.rows; i += 5) {
            const double old = block(i, j), h = 1e-6;
            block(i, j) = old + h;
            const double up = s.value();
            block(i, j) = old - h;
            const double down = s.value();
            block(i, j) = old;
            CAPTURE(name);
            CHECK(near(slope(i, j), (up - down) / (2 * h), 1e-8, 1e-6));
            ++checked;
          }
      },
      *s.p, std::as_const(*gradient));
  CHECK(checked > 50);
}

TEST_CASE("a Gaussian's log-probability differs from the density's logarithm by its constant only") {
  const double a[] = {0.3, -1.2}, mean[] = {0.1, 0.4}, log_deviation[] = {-0.5, 0.2};
  double density = 1;
  for (int i = 0; i < 2; ++i) {
    const double s = std::exp(log_deviation[i]), z = (a[i] - mean[i]) / s;
    density *= std::exp(-z * z / 2) / (s * std::sqrt(2 * std::numbers::pi));
  }
  CHECK(near(gdm::gaussian_log_probability<2>(a, mean, log_deviation), std::log(density * 2 * std::numbers::pi), 1e-12,
             1e-12));
}

TEST_CASE("PPO learns two loads within 2e-3 of the optimum without a label, the same for any threads") {
  using Agent = gdm::Ppo<TwoLoads, gdm::Mlp<32, 32>>;
  auto data = gdm::generate<TwoLoads>(2000, 1);
  const auto test = gdm::generate<TwoLoads>(300, 2);
  Agent one, two;
  one.train(data, {.epochs = 60, .batch_size = 64, .learning_rate = 1e-3, .seed = 4, .threads = 1});
  two.train(data, {.epochs = 60, .batch_size = 64, .learning_rate = 1e-3, .seed = 4, .threads = 2});
  const auto e = gdm::evaluate(one, test);
  CHECK(e.mean_gap < 2e-3);
  CHECK(e.feasible_fraction == 1);
  CHECK(gdm::evaluate(two, test).mean_gap == e.mean_gap);
}

TEST_CASE("PPO learns MSR-3 to half the gap of equal powers") {
  gdm::Ppo<gdm::MsrProblem, gdm::Mlp<32, 32>> agent;
  agent.train(gdm::generate<gdm::MsrProblem>(4000, 1), {.epochs = 60, .batch_size = 64});
  const auto test = gdm::generate<gdm::MsrProblem>(300, 2);
  auto equal = test.solutions;
  equal.fill(10.0 / 3);
  CHECK(gdm::evaluate(agent, test).mean_gap < 0.5 * gdm::evaluate_solutions(test, equal).mean_gap);
}

TEST_CASE("PPO refuses options without sense by name") {
  gdm::Ppo<TwoLoads, gdm::Mlp<8>> agent;
  const auto data = gdm::generate<TwoLoads>(10, 1);
  CHECK_THROWS_WITH_AS(agent.train(data, {}, {.clip = 0}), doctest::Contains("clip"), gdm::Error);
  CHECK_THROWS_WITH_AS(agent.train(data, {}, {.reuse = 0}), doctest::Contains("reuse"), gdm::Error);
  CHECK_FALSE(agent.trained());
}
