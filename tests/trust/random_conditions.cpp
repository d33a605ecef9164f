// SPDX-License-Identifier: MIT
/// @file
/// @brief Solves random conditions in and out of range for every problem and counts what is not finite, not feasible, or
/// another answer than that of the condition alone.
///
/// usage: random_conditions [ANSWERS a problem = 20000] [SEED = 1]; fails unless every count is zero.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <gdm/problems/noma_uav/defaults.hpp>
#include <gdm/problems/offloading/defaults.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#include "hostile_conditions.hpp"

namespace {

/// Returns the number of bad answers, and of errors that are not about the condition.
template <class P>
std::size_t run(const char* name, std::size_t wanted, std::uint64_t seed) {
  const auto start = std::chrono::steady_clock::now();
  const auto optimizer = gdm_test::quick_optimizer<P>();
  gdm::RandomStream random(seed, 0x7263, 0);
  std::size_t refused = 0, answered = 0, infeasible = 0, non_finite = 0, different = 0, errors = 0, shown = 0;
  while (answered < wanted) {
    std::vector<typename P::Condition> sound;
    while (sound.size() < std::min<std::size_t>(4096, wanted - answered)) {
      const typename P::Condition x = gdm_test::random_condition<P>(random);
      try {
        gdm::ProblemTraits<P>::validate(x);
        sound.push_back(x);
      } catch (const gdm::Error& error) {
        ++refused;
        errors += error.code() == gdm::Errc::invalid_condition || error.code() == gdm::Errc::infeasible ? 0 : 1;
      }
    }
    xt::xtensor<double, 2> rows;
    rows.resize({sound.size(), static_cast<std::size_t>(P::Condition::RowsAtCompileTime)});
    for (std::size_t i = 0; i < sound.size(); ++i) gdm::set_row(rows, i, sound[i]);
    const double omega = random.below(2) == 0 ? 0.0 : random.uniform(0, 5);
    const auto answers = optimizer.solve_batch(rows, {.omega = omega, .seed = answered, .threads = 1});
    for (std::size_t i = 0; i < sound.size(); ++i) {
      const auto y = gdm::row_of<typename P::Solution>(answers, i);
      if (i % 16 == 0) different += optimizer.solve(sound[i], {.omega = omega, .seed = answered + i}) == y ? 0 : 1;
      const std::string wrong = gdm_test::complaint<P>(sound[i], y);
      if (!wrong.empty()) {
        ++(wrong.find("violation") != std::string::npos ? infeasible : non_finite);
        if (++shown <= 3) {
          std::printf("%s: %s for the condition", name, wrong.c_str());
          for (const double element : sound[i]) std::printf(" %.17g", element);
          std::printf("\n");
        }
      }
    }
    answered += sound.size();
  }
  std::printf(
      "%-24s %9zu answered, %9zu refused; %zu infeasible, %zu not finite, %zu other alone, %zu other errors; %.1f s\n",
      name, answered, refused, infeasible, non_finite, different, errors,
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  std::fflush(stdout);
  return infeasible + non_finite + different + errors;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t n = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20'000;
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  std::size_t bad = 0;
  bad += run<gdm::MsrProblem>("sum rate, M = 3", n, seed);
  bad += run<gdm::Msr80Problem>("sum rate, M = 80", n, seed);
  bad += run<gdm::CoProblem>("offloading, K = 3", n, seed);
  bad += run<gdm::ComputationOffloading<8>>("offloading, K = 8", n, seed);
  bad += run<gdm::ComputationOffloading<3, gdm::NoCompletion>>("offloading, shares too", n, seed);
  bad += run<gdm::NuProblem>("NOMA-UAV", n, seed);
  bad += run<gdm::NuDbProblem>("NOMA-UAV, dB", n, seed);
  bad += run<gdm::NomaUav<3, gdm::ReferenceUnits, gdm::NoCompletion>>("NOMA-UAV, powers too", n, seed);
  return bad == 0 ? 0 : 1;
}
