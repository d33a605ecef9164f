// SPDX-License-Identifier: MIT
#include <gdm/problem/check_problem.hpp>

#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <gdm/problems/noma_uav/defaults.hpp>
#include <gdm/problems/noma_uav/noma_uav_rate.hpp>
#include <gdm/problems/offloading/defaults.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>
#include <limits>

namespace {

template <class P>
void expect_sound(const gdm::CheckOptions& options = {}) {
  const gdm::ProblemCheck check = gdm::check_problem<P>(options);
  CAPTURE(std::string(P::name));
  CHECK_MESSAGE(check.passed(), check.text());
}

/// A sound problem of a user's own: split a budget x_2 so that the sum of x_i / y_i is least.
struct Sound {
  using Condition = gdm::Vector<3>;
  using Solution = gdm::Vector<2>;
  static constexpr gdm::Sense sense = gdm::Sense::minimize;
  static double objective(const Condition& x, const Solution& y) { return x[0] / y[0] + x[1] / y[1]; }
  static Solution project(const Condition& x, const Solution& y) { return gdm::project_simplex(y, x[2], 0.01 * x[2]); }
  static double violation(const Condition& x, const Solution& y) {
    return gdm::simplex_violation(y, x[2], 0.01 * x[2]);
  }
  static Solution optimal(const Condition& x) {
    const double a = std::sqrt(x[0]), b = std::sqrt(x[1]);
    return Solution(a, b) * (x[2] / (a + b));
  }
  template <class Generator>
  static Condition draw(Generator& rng) {
    Condition x;
    x[0] = gdm::draw_uniform(rng, 1.0, 5.0);
    x[1] = gdm::draw_uniform(rng, 1.0, 5.0);
    x[2] = 10.0;
    return x;
  }
};

struct InfeasibleProjection : Sound {
  static Solution project(const Condition& x, const Solution& y) { return 1.001 * Sound::project(x, y); }
};
struct DriftingProjection : Sound {  // feasible, but every call moves on
  static Solution project(const Condition& x, const Solution& y) {
    return Sound::project(x, 0.5 * y + Solution(1.0, 2.0));
  }
};
struct BlindViolation : Sound {
  static double violation(const Condition&, const Solution&) { return 0.0; }
};
struct NegativeViolation : Sound {
  static double violation(const Condition& x, const Solution& y) { return Sound::violation(x, y) - 1.0; }
};
struct PartialObjective : Sound {
  static double objective(const Condition& x, const Solution& y) {
    return y[0] > 0.0101 * x[2] ? Sound::objective(x, y) : std::numeric_limits<double>::infinity();
  }
};
struct WrongSense : Sound {
  static constexpr gdm::Sense sense = gdm::Sense::maximize;
};
struct ThrowingDraw : Sound {
  static void validate(const Condition&) {
    throw gdm::Error(gdm::Errc::invalid_condition, "ThrowingDraw", "nothing pleases", "Try another problem");
  }
};
struct LossyCodec : Sound {
  using Latent = gdm::Vector<1>;
  static Latent encode(const Condition& x, const Solution& y) { return Latent(std::round(y[0] / x[2])); }
  static Solution decode(const Condition& x, const Latent& z) { return project(x, Solution(z[0] * x[2], x[2])); }
};
struct InfeasibleDecoder : Sound {
  using Latent = gdm::Vector<2>;
  static Latent encode(const Condition&, const Solution& y) { return y; }
  static Solution decode(const Condition&, const Latent& z) { return z; }
};
struct StaleContext : Sound {  // features forget that the budget may differ
  struct Context {
    double budget = 0.0;
  };
  using Features = gdm::Vector<1>;
  static Context context(const Condition&) { return {9.0}; }
  static Features features(const Condition& x) { return Features(x[2]); }
  static Features features(const Condition&, const Context& shared) { return Features(shared.budget); }
};
struct LooseBound : Sound {
  static double bound(const Condition& x) { return objective(x, optimal(x)) * 1.01; }
};
struct StaleObjective : Sound {  // forgets a term that the other overload has
  struct Context {};
  static Context context(const Condition&) { return {}; }
  using Sound::objective;
  static double objective(const Condition& x, const Solution& y, const Context&) { return Sound::objective(x, y) + 1; }
};
struct WorseRefine : Sound {  // a step towards the end of the range
  static Solution refine(const Condition& x, const Solution& y) { return project(x, y + Solution(1, -1)); }
};
struct InfeasibleRefine : Sound {
  static Solution refine(const Condition&, const Solution& y) { return 1.01 * y; }
};
struct LooseIncumbentBound : Sound {
  static double bound(const Condition& x) { return objective(x, optimal(x)); }
  static double bound(const Condition&, double incumbent) { return incumbent * 1.01; }
};
struct PairsWithItself : Sound {
  static constexpr gdm::TokenLayout tokens{
      .count = 2, .features = 1, .global_features = 1, .latents = 1, .pair_features = 1};
  static gdm::Vector<4> pair_features(const Condition&) { return gdm::Vector<4>::Ones(); }
};
struct InfiniteSteps : Sound {
  static constexpr gdm::TokenLayout tokens{
      .count = 2, .features = 1, .global_features = 1, .latents = 1, .step_features = 1};
  static gdm::Vector<2> step_features(const Condition&, const Solution& z) { return z.array().square().square(); }
};
struct InfiniteFeatures : Sound {
  using Features = gdm::Vector<1>;
  static Features features(const Condition& x) { return Features(1.0 / (x[2] - 10.0)); }
};
struct BadBaseline : Sound {
  static Solution baseline(const Condition& x) { return Solution::Constant(x[2]); }
};

template <class P>
void expect_broken(const std::string& property) {
  const gdm::ProblemCheck check = gdm::check_problem<P>({.instances = 5, .points = 200});
  CHECK_FALSE(check.passed());
  CHECK_MESSAGE(check.text().find(property) != std::string::npos, check.text());
}

}  // namespace

TEST_CASE("the library's problems have the properties that are asked of them") {
  expect_sound<gdm::MsrProblem>();
  expect_sound<gdm::Msr80Problem>({.instances = 10});
  expect_sound<gdm::CoProblem>();
  expect_sound<gdm::ComputationOffloading<3, gdm::NoCompletion>>();
  expect_sound<gdm::ComputationOffloading<10>>({.instances = 20});
  expect_sound<gdm::NuProblem>();
  expect_sound<gdm::NuDbProblem>();
  expect_sound<gdm::NomaUav<3, gdm::ReferenceUnits, gdm::NoCompletion>>();
  expect_sound<gdm::NomaUav<6>>({.instances = 10});
  expect_sound<gdm::NomaUavRate<3, 1000>>({.instances = 20});
}

TEST_CASE("a sound problem of a user's own passes, on drawn and on given instances") {
  const gdm::ProblemCheck check = gdm::check_problem<Sound>();
  CHECK_MESSAGE(check.passed(), check.text());
  CHECK(check.text().empty());
  const std::vector<Sound::Condition> given{{1.0, 1.0, 1.0}, {0.1, 1.0, 1e3}};
  CHECK(gdm::check_problem_on<Sound>(given).passed());
  CHECK_FALSE(gdm::check_problem_on<LooseBound>(given).passed());
}

TEST_CASE("every property that fails is named") {
  expect_broken<InfeasibleProjection>("a projected point is feasible");
  expect_broken<DriftingProjection>("project is idempotent");
  expect_broken<BlindViolation>("project leaves points without violation alone");
  expect_broken<BlindViolation>("violation reports a NaN");
  expect_broken<NegativeViolation>("violation is never negative");
  expect_broken<PartialObjective>("has a finite objective");
  expect_broken<WrongSense>("no feasible point is better than the optimum");
  expect_broken<ThrowingDraw>("nothing throws on a drawn instance: fails 5 times, first threw: gdm: ThrowingDraw");
  expect_broken<LossyCodec>("encoding and decoding the optimum costs nothing");
  expect_broken<InfeasibleDecoder>("a decoded latent is feasible");
  expect_broken<StaleContext>("members give the same with the context and without");
  expect_broken<StaleObjective>("members give the same with the context and without");
  expect_broken<WorseRefine>("refine never makes a point worse");
  expect_broken<InfeasibleRefine>("a refined point is feasible");
  expect_broken<LooseIncumbentBound>("no feasible point is better than the bound");
  expect_broken<PairsWithItself>("pair features are 0 for a token and itself");
  expect_broken<InfiniteSteps>("step features are finite");
  expect_broken<LooseBound>("no feasible point is better than the bound");
  expect_broken<InfiniteFeatures>("features are finite");
  expect_broken<BadBaseline>("the baseline is feasible");
}

TEST_CASE("a failure tells the instance and the point at which it was seen first") {
  const std::string text = gdm::check_problem<InfiniteFeatures>({.instances = 1, .points = 10}).text();
  CHECK(text.find("features are finite: fails 1 times, first at (inf)") == 0);
  CHECK(text.find("for instance 0, x = (") != std::string::npos);
}
