// SPDX-License-Identifier: MIT
/// @file
/// @brief NLopt and Ipopt, measured beside the rows of `Pareto`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "../pareto/measure.hpp"
#include "solvers.hpp"

namespace example {

/// The largest relative error of the exact gradient against central differences.
template <class Smooth>
double gradient_error() {
  using Point = gdm::Vector<Smooth::size>;
  gdm::RandomStream random(/*seed=*/3);
  double worst = 0;
  for (int trial = 0; trial < 20; ++trial) {
    const typename Smooth::Condition x = Smooth::P::draw(random);
    Point v, slope, measured;
    for (double& number : v) number = 0.1 + 0.8 * random.uniform();
    (void)Smooth::value(&x, v, &slope);
    for (int i = 0; i < Smooth::size; ++i) {
      Point up = v, down = v;
      up[i] += 1e-6;
      down[i] -= 1e-6;
      measured[i] = (Smooth::value(&x, up, nullptr) - Smooth::value(&x, down, nullptr)) / 2e-6;
    }
    worst = std::max(worst, (measured - slope).norm() / slope.norm());
  }
  return worst;
}

/// NLopt and Ipopt from one and from ten starts, and each for as long as the best of 16 refined samples takes.
template <class Smooth>
void solvers(Pareto<typename Smooth::P>& pareto) {
  using Condition = typename Smooth::Condition;
  const double microseconds = pareto.microseconds("samples, 3 steps of ascent", 16);
  constexpr int size = Smooth::size;
  const auto box = [](const Condition& x) {
    return BoxProblem<size>{Smooth::value, &x, Smooth::low(x), Smooth::high(x)};
  };
  const auto restarted = [&](const std::string& name, auto& solver) {
    for (const int starts : {1, 10}) {
      pareto.measure(name, static_cast<std::size_t>(starts), [&](const Condition& x, std::size_t) {
        return best_of_starts(solver, box(x), Smooth::usual(x), starts);
      });
    }
    pareto.measure(name + ", as many starts as gdm has time for", 0, [&](const Condition& x, std::size_t) {
      return best_of_starts(solver, box(x), Smooth::usual(x), 1'000'000, 0.9e-6 * microseconds);
    });
  };
  Nlopt<size> slsqp(NLOPT_LD_SLSQP), lbfgs(NLOPT_LD_LBFGS);
  restarted("NLopt SLSQP", slsqp);
  restarted("NLopt L-BFGS", lbfgs);
  for (const auto& [name, algorithm] :
       {std::pair("NLopt MLSL with SLSQP", NLOPT_G_MLSL_LDS), std::pair("NLopt DIRECT-L", NLOPT_GN_DIRECT_L),
        std::pair("NLopt CRS2", NLOPT_GN_CRS2_LM)}) {
    Nlopt<size> global(algorithm);
    global.use_locally(slsqp);
    for (const int times : {1, 10}) {
      global.limit(1e-6 * microseconds * times);
      pareto.measure(name + std::string(", times as long as gdm"), static_cast<std::size_t>(times),
                     [&](const Condition& x, std::size_t) { return global.run(box(x), Smooth::usual(x)); });
    }
  }
  Ipopt<size> ipopt;
  restarted("Ipopt", ipopt);
}

// Each in a file of its own, for they compile for half a minute. They return the error of their exact gradient.
double measure_rivals_on_power_control(bool quick, std::vector<ParetoPoint>& table);
double measure_rivals_on_masts(bool quick, std::vector<ParetoPoint>& table);

}  // namespace example
