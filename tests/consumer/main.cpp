// SPDX-License-Identifier: MIT
/// @file
/// @brief A downstream program: a problem of its own, trained for a moment, answers feasibly. Argument: the version
/// expected.
#include <gdm/gdm.hpp>

#include <cstdio>
#include <string>

struct Split {
  using Condition = gdm::Vector<1>;  // an amount
  using Solution = gdm::Vector<2>;   // its two parts; equal ones are best
  static constexpr gdm::Sense sense = gdm::Sense::minimize;

  static double objective(const Condition&, const Solution& y) { return 1.0 + y.squaredNorm(); }
  static Solution project(const Condition& x, const Solution& y) { return gdm::project_simplex(y, x[0]); }
  static double violation(const Condition& x, const Solution& y) { return gdm::simplex_violation(y, x[0]); }
  static Solution optimal(const Condition& x) { return Solution::Constant(0.5 * x[0]); }
  template <class Generator>
  static Condition draw(Generator& rng) {
    return Condition::Constant(1.0 + static_cast<double>(rng() % 100) / 100.0);
  }
};

int main(int argc, char** argv) {
  const std::string version = std::to_string(GDM_VERSION_MAJOR) + "." + std::to_string(GDM_VERSION_MINOR) + "." +
                              std::to_string(GDM_VERSION_PATCH);
  const auto data = gdm::generate<Split>(64, 1);
  gdm::GdmOptimizer<Split> optimizer;
  optimizer.train(data, {.epochs = 1, .batch_size = 32, .seed = 1});
  const Split::Condition x = data.condition(0);
  const double violation = Split::violation(x, optimizer.solve(x, {.seed = 2}));
  std::printf("gdm %s, violation %.1e\n", version.c_str(), violation);
  return violation <= 1e-9 && (argc < 2 || version == argv[1]) ? 0 : 1;
}
