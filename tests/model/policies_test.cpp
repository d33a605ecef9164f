// SPDX-License-Identifier: MIT
#include <gdm/analysis/evaluation.hpp>
#include <gdm/model/policies.hpp>
#include <gdm/optimizer.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#include <doctest/doctest.h>

#include <type_traits>

namespace {

using Problem = gdm::SumRate<3, 10'000>;
using Small = gdm::Mlp<16, 16>;

template <class... Policies>
using Set = gdm::detail::PolicySet<Problem, Policies...>;

/// The same kinds of policies, whatever order they were given in.
template <class A, class B>
constexpr bool same_set = std::is_same_v<typename A::Schedule, typename B::Schedule>&&
    std::is_same_v<typename A::Denoiser, typename B::Denoiser>&&
        std::is_same_v<typename A::Parameterisation, typename B::Parameterisation>&& std::is_same_v<
            typename A::Sampler, typename B::Sampler>&& std::is_same_v<typename A::Scalar, typename B::Scalar>;

using gdm::Ddim;
using gdm::EpsilonPrediction;
using gdm::LinearSchedule;

static_assert(same_set<Set<LinearSchedule<10>, Small, EpsilonPrediction, Ddim<5>, double>,
                       Set<double, Ddim<5>, EpsilonPrediction, Small, LinearSchedule<10>>>);
static_assert(same_set<Set<LinearSchedule<10>, Small, EpsilonPrediction, Ddim<5>, double>,
                       Set<Small, double, LinearSchedule<10>, Ddim<5>, EpsilonPrediction>>);
static_assert(std::is_same_v<Set<double, Small>::Scalar, double> &&
              std::is_same_v<Set<double, Small>::Denoiser, Small>);
static_assert(std::is_same_v<Set<Small, LinearSchedule<10>>::Schedule, LinearSchedule<10>>);

// Defaults: a cosine schedule of 20 steps of which sampling takes five, velocity prediction, float, no guidance.
static_assert(std::is_same_v<Set<>::Schedule, gdm::CosineSchedule<20>>);
static_assert(std::is_same_v<Set<>::Parameterisation, gdm::VelocityPrediction>);
static_assert(std::is_same_v<Set<>::Sampler, gdm::Ddim<5, std::ratio<1>>> && std::is_same_v<Set<>::Scalar, float>);
static_assert(Set<>::omega == 0);

// The paper's settings, of which each can be replaced.
using Paper = Set<gdm::PaperPolicies>;
static_assert(std::is_same_v<Paper::Schedule, gdm::CosineSchedule<20>>);
static_assert(!gdm::detail::clips<Paper::Sampler> && gdm::detail::clips<gdm::Ddpm>);
using Reference = Set<gdm::ReferencePolicies>;  // its code's, where they differ
static_assert(std::is_same_v<Reference::Schedule, gdm::CosineSchedule<20, std::ratio<84, 100>>>);
static_assert(std::is_same_v<Reference::Sampler, Paper::Sampler> && Reference::omega == 500);
static_assert(std::is_same_v<Paper::Parameterisation, EpsilonPrediction>);
static_assert(std::is_same_v<Paper::Sampler, gdm::PaperDdpm> && Paper::omega == 500);
static_assert(Paper::Training::value.epochs == 200 && Paper::Training::value.batch_size == 512);
static_assert(Paper::Training::value.learning_rate == 0.005 && Paper::Training::value.p_uncond == 0.1);
static_assert(Paper::Training::value.decay == gdm::Decay::multi_step && Paper::Training::value.ema_decay > 0);
static_assert(std::is_same_v<Set<gdm::Ddpm, gdm::PaperPolicies>::Sampler, gdm::Ddpm>);
static_assert(std::is_same_v<Set<gdm::Ddpm, gdm::PaperPolicies>::Parameterisation, EpsilonPrediction>);
static_assert(Set<gdm::PaperPolicies, gdm::Ddpm>::omega == 500);

static_assert(gdm::detail::is_policy<Small> && gdm::detail::is_policy<double> && gdm::detail::is_policy<Ddim<5>> &&
              gdm::detail::is_policy<gdm::PaperPolicies> && gdm::detail::is_policy<LinearSchedule<3>> &&
              gdm::detail::is_policy<EpsilonPrediction>);
static_assert(!gdm::detail::is_policy<int> && !gdm::detail::is_policy<Problem>);

const gdm::Dataset<Problem>& data() {
  static const auto all = gdm::generate<Problem>(400, 1, 1);
  return all;
}

/// Trains in a moment, and checks what every set of policies must keep.
template <class Optimizer>
gdm::Evaluation trained_evaluation(double learning_rate = 5e-3) {
  Optimizer optimizer;
  const auto report = optimizer.train(
      data(), {.epochs = 25, .batch_size = 100, .learning_rate = learning_rate, .seed = 2, .threads = 1});
  CHECK(report.final_loss < report.loss.front());
  const auto batch = optimizer.solve_batch(data().conditions, {.seed = 5, .threads = 1});
  for (std::size_t i = 0; i < 30; ++i) {
    CHECK(gdm::row_of<Problem::Solution>(batch, i) == optimizer.solve(data().condition(i), {.seed = 5 + i}));
  }
  const auto result = gdm::evaluate_solutions(data(), batch);
  CHECK(result.feasible_fraction == 1);
  return result;
}

}  // namespace

TEST_CASE("the paper's policies train and give feasible answers, which omega = 500 makes poor ones") {
  using Optimizer = gdm::GdmOptimizer<Problem, gdm::PaperPolicies, Small>;
  CHECK(Optimizer::SolveOptions{}.omega == 500);
  CHECK(Optimizer::TrainOptions{}.batch_size == 512);
  const auto paper = trained_evaluation<Optimizer>();
  const auto ours = trained_evaluation<gdm::GdmOptimizer<Problem, Small>>();
  CHECK(paper.mean_gap > 3 * ours.mean_gap);
}

TEST_CASE("double precision works and learns as well as float") {
  using Optimizer = gdm::GdmOptimizer<Problem, Small, double>;
  static_assert(std::is_same_v<Optimizer::Scalar, double>);
  const auto precise = trained_evaluation<Optimizer>();
  const auto single = trained_evaluation<gdm::GdmOptimizer<Problem, Small>>();
  CHECK(precise.mean_gap < 2 * single.mean_gap);
  CHECK(single.mean_gap < 2 * precise.mean_gap);
}

TEST_CASE("another schedule, parameterisation and sampler learn the same problem") {
  using Optimizer = gdm::GdmOptimizer<Problem, Small, gdm::CleanPrediction, Ddim<5>, gdm::SigmoidSchedule<12>>;
  CHECK(trained_evaluation<Optimizer>().mean_gap < 1e-3);  // equal power: 1.6e-3
}

namespace {

/// The least that a problem can be: no labels of its own, no generator, no name, no tokens.
struct Split {
  using Condition = gdm::Vector<2>;
  using Solution = gdm::Vector<2>;
  static constexpr gdm::Sense sense = gdm::Sense::minimize;
  static double objective(const Condition& x, const Solution& y) { return (y - x).squaredNorm() + 1; }
  static Solution project(const Condition&, const Solution& y) { return y.cwiseMax(0.0).cwiseMin(1.0); }
  static double violation(const Condition&, const Solution& y) {
    return std::max({0.0, -y.minCoeff(), y.maxCoeff() - 1});
  }
};

}  // namespace

TEST_CASE("a problem with nothing but the required members trains on labels that are given") {
  gdm::Dataset<Split> labelled;
  labelled.conditions.resize({300, 2});
  labelled.solutions.resize({300, 2});
  gdm::RandomStream random(1);
  for (std::size_t i = 0; i < 300; ++i) {
    const Split::Condition x(random.uniform(0.1, 0.9), random.uniform(0.1, 0.9));
    gdm::set_row(labelled.conditions, i, x);
    gdm::set_row(labelled.solutions, i, x);
  }
  gdm::GdmOptimizer<Split, gdm::DpmSolver<6>, gdm::CosineSchedule<10>, Small> optimizer;
  optimizer.train(labelled, {.epochs = 150, .batch_size = 50, .learning_rate = 5e-3, .threads = 1});
  const auto result = gdm::evaluate(optimizer, labelled, {.threads = 1});
  CHECK(result.mean_gap < 5e-3);  // a uniform guess: 0.27
  CHECK(result.mean_gap >= 0);
  CHECK(result.feasible_fraction == 1);
}
