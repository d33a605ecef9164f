// SPDX-License-Identifier: MIT
/// @file
/// @brief A problem with two shares and its run of learning, for tests of learning without labels.
#pragma once

#include <gdm/optimizer.hpp>
#include <gdm/optimum/projection.hpp>

#include <cstddef>

namespace gdm_test {

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
/// A small network and a run of a tenth of a second.
using Optimizer = gdm::GdmOptimizer<Loads, gdm::Mlp<16, 16>>;
using Options = Optimizer::LearnOptions;

inline Options options(int threads) {
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
inline xt::xtensor<double, 2> answers(const Optimizer& optimizer) {
  xt::xtensor<double, 2> x;
  x.resize({10, 2});
  for (std::size_t i = 0; i < 10; ++i) {
    x(i, 0) = 0.2 + 0.4 * static_cast<double>(i);
    x(i, 1) = 4.5 - 0.4 * static_cast<double>(i);
  }
  return optimizer.solve_batch(x, {.samples = 2, .seed = 1, .threads = 1});
}

/// Stops a run after a round.
struct StopAfter {
  std::size_t round;
  gdm::Flow on_round(const gdm::RoundInfo& info) const {
    return info.round == round ? gdm::Flow::stop : gdm::Flow::proceed;
  }
};

}  // namespace gdm_test
