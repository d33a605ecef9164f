// SPDX-License-Identifier: MIT
/// @file
/// @brief Solves random conditions in and out of range for one problem and counts what is not finite, not feasible, or
/// another answer than that of the condition alone.
#pragma once

#include <chrono>
#include <cstdio>
#include <vector>

#include "hostile_conditions.hpp"

namespace gdm_test {

/// Returns the number of bad answers, and of errors that are not about the condition.
template <class P>
std::size_t random_conditions(const char* name, std::size_t wanted, std::uint64_t seed) {
  const auto start = std::chrono::steady_clock::now();
  const auto optimizer = quick_optimizer<P>();
  gdm::RandomStream random(seed, 0x7263, 0);
  std::size_t refused = 0, answered = 0, infeasible = 0, non_finite = 0, different = 0, errors = 0, shown = 0;
  while (answered < wanted) {
    std::vector<typename P::Condition> accepted;
    while (accepted.size() < std::min<std::size_t>(4096, wanted - answered)) {
      const typename P::Condition x = random_condition<P>(random);
      try {
        gdm::ProblemTraits<P>::validate(x);
        accepted.push_back(x);
      } catch (const gdm::Error& error) {
        ++refused;
        errors += error.code() == gdm::Errc::invalid_condition || error.code() == gdm::Errc::infeasible ? 0 : 1;
      }
    }
    xt::xtensor<double, 2> rows;
    rows.resize({accepted.size(), static_cast<std::size_t>(P::Condition::RowsAtCompileTime)});
    for (std::size_t i = 0; i < accepted.size(); ++i) gdm::set_row(rows, i, accepted[i]);
    const double omega = random.below(2) == 0 ? 0.0 : random.uniform(0, 5);
    const std::size_t refine = random.below(2);
    const auto answers =
        optimizer.solve_batch(rows, {.refine = refine, .omega = omega, .seed = answered, .threads = 1});
    for (std::size_t i = 0; i < accepted.size(); ++i) {
      const auto y = gdm::row_of<typename P::Solution>(answers, i);
      if (i % 16 == 0)
        different +=
            optimizer.solve(accepted[i], {.refine = refine, .omega = omega, .seed = answered + i}) == y ? 0 : 1;
      const std::string wrong = complaint<P>(accepted[i], y);
      if (!wrong.empty()) {
        ++(wrong.find("violation") != std::string::npos ? infeasible : non_finite);
        if (++shown <= 3) {
          std::printf("%s: %s for the condition", name, wrong.c_str());
          for (const double element : accepted[i]) std::printf(" %.17g", element);
          std::printf("\n");
        }
      }
    }
    answered += accepted.size();
  }
  std::printf(
      "%-24s %9zu answered, %9zu refused; %zu infeasible, %zu not finite, %zu other alone, %zu other errors; %.1f s\n",
      name, answered, refused, infeasible, non_finite, different, errors,
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  std::fflush(stdout);
  return infeasible + non_finite + different + errors;
}

}  // namespace gdm_test
