// SPDX-License-Identifier: MIT
/// @file
/// @brief Conditions that no instrument should deliver, and what an optimizer may answer to them.
#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <string>

#include <gdm/optimizer.hpp>

namespace gdm_test {

inline constexpr std::array<double, 28> hostile_values = {0.0,
                                                          -0.0,
                                                          5e-324,
                                                          -5e-324,
                                                          1e-310,
                                                          2.3e-308,
                                                          1e-300,
                                                          -1e-300,
                                                          1e300,
                                                          -1e300,
                                                          1.7e308,
                                                          -1.7e308,
                                                          1e-100,
                                                          1e100,
                                                          1e-30,
                                                          1e30,
                                                          1e-16,
                                                          1.0,
                                                          -1.0,
                                                          0.5,
                                                          400.0,
                                                          -400.0,
                                                          1e6,
                                                          1e5,
                                                          -1e-9,
                                                          std::numeric_limits<double>::infinity(),
                                                          -std::numeric_limits<double>::infinity(),
                                                          std::numeric_limits<double>::quiet_NaN()};

/// An optimizer of few weights and two steps, trained for a moment: what it says must be feasible, not good.
template <class P>
using QuickOptimizer = gdm::GdmOptimizer<P, gdm::CosineSchedule<4>, gdm::Mlp<8>, gdm::Ddim<2>>;

template <class P>
QuickOptimizer<P> quick_optimizer() {
  QuickOptimizer<P> optimizer;
  optimizer.train(gdm::generate<P>(128, 3, 1),
                  {.epochs = 3, .batch_size = 64, .learning_rate = 0.01, .p_uncond = 0.1, .threads = 1});
  return optimizer;
}

/// What is wrong with a solution; empty if it is finite, feasible and has a finite objective.
template <class P>
std::string complaint(const typename P::Condition& x, const typename P::Solution& y) {
  if (!y.allFinite()) return "the solution is not finite";
  const double violation = static_cast<double>(P::violation(x, y));
  if (!(violation <= 1e-9)) return "the violation is " + gdm::to_text(violation);
  const double objective = static_cast<double>(P::objective(x, y));
  if (!std::isfinite(objective)) return "the objective is " + gdm::to_text(objective);
  return "";
}

/// A random instance of P with some of its elements replaced, scaled or copied from others. Half of the instances are
/// left as `P::draw` makes them.
template <class P>
typename P::Condition random_condition(gdm::RandomStream& random) {
  typename P::Condition x = P::draw(random);
  constexpr auto size = static_cast<std::uint32_t>(P::Condition::RowsAtCompileTime);
  if (random.below(2) == 0) return x;
  const std::uint32_t changes = 1 + random.below(random.below(3) == 0 ? size : std::min(size, 3U));
  for (std::uint32_t k = 0; k < changes; ++k) {
    double& element = x[static_cast<int>(random.below(size))];
    switch (random.below(8)) {
      case 0:
        element = hostile_values[random.below(static_cast<std::uint32_t>(hostile_values.size()))];
        break;
      case 1:
        element = x[static_cast<int>(random.below(size))];
        break;
      case 2:
        element *= std::pow(10.0, random.uniform(-100, 100));
        break;
      case 3:
        element = std::pow(10.0, random.uniform(-320, 308)) * (random.below(2) == 0 ? 1 : -1);
        break;
      case 4:
        element *= 1 + 1e-15 * random.normal();
        break;
      default:
        element *= std::pow(10.0, random.uniform(-3, 3));
    }
  }
  return x;
}

}  // namespace gdm_test
