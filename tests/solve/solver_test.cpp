// SPDX-License-Identifier: MIT
#include <gdm/optimizer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "plain_codec.hpp"

namespace {

using doctest::Contains;
using namespace std::chrono_literals;

/// What goes wrong in the next calls of the problem below, and how often it is called.
struct Switches {
  enum class Refine { sound, worse, infeasible, not_a_number } refine = Refine::sound;
  bool objective_fails_once = false;  ///< the next objective is no number
  std::function<void()> in_decode;
  int contexts = 0, contexts_used = 0, bounds = 0;
  double incumbent = 0;
};
Switches now;

/// The point of the unit box nearest to the first two numbers of x; the third never matters. All that its members need of
/// an instance is worked out in its context.
struct Counting {
  using Condition = gdm::Vector<3>;
  using Solution = gdm::Vector<2>;
  using Latent = gdm::Vector<2>;
  struct Context {
    Solution target = Solution::Zero();
  };
  static constexpr gdm::Sense sense = gdm::Sense::minimize;
  static Context context(const Condition& x) {
    ++now.contexts;
    return {x.head<2>()};
  }
  static const Solution& used(const Context& shared) {
    ++now.contexts_used;
    return shared.target;
  }
  static double objective(const Condition&, const Solution& y, const Context& shared) {
    if (std::exchange(now.objective_fails_once, false)) return std::numeric_limits<double>::quiet_NaN();
    return 1 + (y - used(shared)).squaredNorm();
  }
  static Solution project(const Condition&, const Solution& y, const Context& shared) {
    (void)used(shared);
    return y.cwiseMax(0.0).cwiseMin(1.0);
  }
  static double violation(const Condition&, const Solution& y, const Context& shared) {
    (void)used(shared);
    if (!y.allFinite()) return std::numeric_limits<double>::infinity();
    return std::max({0.0, -y.minCoeff(), y.maxCoeff() - 1});
  }
  static Solution refine(const Condition&, const Solution& y, const Context& shared) {
    const Solution to = used(shared);
    if (now.refine == Switches::Refine::worse) return y + 0.1 * (y - to) + Solution(1e-3, 0);
    if (now.refine == Switches::Refine::infeasible) return to + Solution(5, 0);
    if (now.refine == Switches::Refine::not_a_number)
      return Solution::Constant(std::numeric_limits<double>::quiet_NaN());
    return 0.5 * (y + to);
  }
  static Latent encode(const Condition&, const Solution& y, const Context&) { return y; }
  static Solution decode(const Condition& x, const Latent& z, const Context& shared) {
    if (now.in_decode) std::exchange(now.in_decode, nullptr)();
    return project(x, z, shared);
  }
  static Solution baseline(const Condition&) { return Solution::Constant(0.5); }
  static double bound(const Condition&) { return 1; }
  static double bound(const Condition&, double incumbent) {
    ++now.bounds;
    now.incumbent = incumbent;
    return 1;
  }
};
static_assert(gdm::detail::has_refine<Counting> && gdm::detail::has_incumbent_bound<Counting>);

using Optimizer = gdm::GdmOptimizer<Counting, gdm::CosineSchedule<6>, gdm::Mlp<12>>;
using Condition = Counting::Condition;
using Solution = Counting::Solution;
using Options = Optimizer::SolveOptions;

Condition condition(std::uint64_t i) {
  gdm::RandomStream random(100, static_cast<std::uint32_t>(i));
  const double a = random.uniform(0.1, 0.9), b = random.uniform(0.1, 0.9);
  return {a, b, 3e6};
}
double objective(const Condition& x, const Solution& y) { return 1 + (y - x.head<2>()).squaredNorm(); }

template <class P>
gdm::Dataset<P> labelled() {
  gdm::Dataset<P> data;
  data.conditions.resize({300, static_cast<std::size_t>(P::Condition::RowsAtCompileTime)});
  data.solutions.resize({300, 2});
  for (std::size_t i = 0; i < 300; ++i) {
    const Condition x = condition(i);
    gdm::set_row(data.conditions, i, typename P::Condition(x.head<P::Condition::RowsAtCompileTime>()));
    gdm::set_row(data.solutions, i, Solution(x.head<2>()));
  }
  return data;
}

/// Too little trained to be right, so that samples differ.
template <class O, class P>
O trained(double p_uncond = 0.1) {
  O optimizer;
  optimizer.train(labelled<P>(),
                  {.epochs = 4, .batch_size = 50, .learning_rate = 5e-3, .p_uncond = p_uncond, .threads = 1});
  return optimizer;
}
const Optimizer& shared() {
  static const Optimizer optimizer = trained<Optimizer, Counting>();
  now = {};
  return optimizer;
}

xt::xtensor<double, 2> conditions(std::size_t n) { return gdm::rows_of(labelled<Counting>().conditions, 0, n); }

}  // namespace

TEST_CASE("an answer is the solution with its objective, bound, samples and steps of refinement") {
  for (std::uint64_t i = 0; i < 10; ++i) {
    const Condition x = condition(i);
    const Options options{.samples = 5, .refine = 2, .seed = i};
    const auto& optimizer = shared();
    const auto answer = optimizer.answer(x, options);
    CHECK(answer.solution == optimizer.solve(x, options));
    CHECK(answer.objective == objective(x, answer.solution));
    CHECK(answer.bound == 1);
    CHECK(now.bounds == 1);  // solve asks for none
    CHECK(now.incumbent == answer.objective);
    CHECK(answer.samples == 5);
    CHECK(answer.refined == 10);
    CHECK(optimizer.answer(x, {.seed = i}).objective == objective(x, optimizer.solve(x, {.seed = i})));
    CHECK(optimizer.answer(x, {.samples = 3, .rounds = 2, .seed = i}).samples == 9);
  }
}

TEST_CASE("what the members share is computed once an instance, however many candidates there are") {
  const auto& optimizer = shared();
  (void)optimizer.solve(condition(1), {.samples = 40, .refine = 3, .rounds = 2, .baseline = true});
  CHECK(now.contexts == 1);
  CHECK(now.contexts_used >= 40 * 3 * (1 + 2 * 3));
  now = {};
  (void)optimizer.solve_batch(conditions(7), {.samples = 3, .refine = 1, .threads = 1});
  CHECK(now.contexts == 7);
  now = {};
  (void)optimizer.solve_from(condition(1), Solution(0.2, 0.2), {.samples = 4, .rounds = 1});
  CHECK(now.contexts == 1);
}

TEST_CASE("refinement is of every sample before they are compared, and never worse") {
  const auto& optimizer = shared();
  for (std::uint64_t i = 0; i < 20; ++i) {
    const Condition x = condition(i);
    const Solution plain = optimizer.solve(x, {.seed = i});
    const Solution refined = optimizer.solve(x, {.refine = 3, .seed = i});
    const Solution to = x.head<2>();
    CHECK((refined - (plain + 7 * to) / 8).norm() <= 1e-14);
    double best = objective(x, optimizer.solve(x, {.samples = 6, .seed = i}));
    CHECK(objective(x, optimizer.solve(x, {.samples = 6, .refine = 1, .seed = i})) <= best);
  }
}

TEST_CASE("a faulty refine is never returned: the answer is that without it") {
  const auto& optimizer = shared();
  using Refine = Switches::Refine;
  for (const auto fault : {Refine::worse, Refine::infeasible, Refine::not_a_number})
    for (std::uint64_t i = 0; i < 5; ++i) {
      const Condition x = condition(i);
      const Solution plain = optimizer.solve(x, {.samples = 3, .seed = i});
      now.refine = fault;
      const auto answer = optimizer.answer(x, {.samples = 3, .refine = 4, .seed = i});
      now.refine = Refine::sound;
      CHECK(answer.solution == plain);
      CHECK(answer.refined == 0);
      CHECK(Counting::violation(x, answer.solution, Counting::context(x)) <= 1e-9);
    }
}

TEST_CASE("rounds noise the best again: never worse with more of them, and better somewhere") {
  const auto& optimizer = shared();
  bool better = false;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const Condition x = condition(i);
    double last = std::numeric_limits<double>::infinity();
    for (const std::size_t rounds : {0U, 1U, 2U, 5U}) {
      const double value = objective(x, optimizer.solve(x, {.samples = 2, .rounds = rounds, .seed = i}));
      CHECK(value <= last);
      better = better || (rounds > 0 && value < last);
      last = value;
    }
  }
  CHECK(better);
}

TEST_CASE("from a known solution an answer is never worse than its projection, whatever it is") {
  const auto& optimizer = shared();
  bool better = false;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const Condition x = condition(i);
    const Solution to = x.head<2>();
    for (const Solution& y : {to, Solution(to + Solution(0.01, -0.02)), Solution(7, -3), Solution(0, 1)}) {
      const Solution projected = y.cwiseMax(0.0).cwiseMin(1.0);
      for (const double noise : {0.1, 0.5, 1.0}) {
        const Options options{.samples = 3, .noise = noise, .seed = i};
        const auto answer = optimizer.answer_from(x, y, options);
        CHECK(answer.solution == optimizer.solve_from(x, y, options));
        CHECK(answer.objective == objective(x, answer.solution));
        CHECK(answer.objective <= objective(x, projected));
        CHECK(answer.samples == 3);
        better = better || answer.objective < objective(x, projected);
      }
    }
    CHECK(optimizer.solve_from(x, to, {.seed = i}) == to);  // nothing is better than the optimum
  }
  CHECK(better);
}

TEST_CASE("little noise keeps an answer near the solution that it started from") {
  const auto& optimizer = shared();
  double near = 0, far = 0;
  for (std::uint64_t i = 0; i < 30; ++i) {
    const Condition x = condition(i);
    const Solution wrong = Solution(1, 1) - Solution(x.head<2>());
    // So that the start itself is not what is answered.
    const auto distance = [&](double noise) {
      now.objective_fails_once = true;
      return (optimizer.solve_from(x, wrong, {.noise = noise, .seed = i}) - wrong).norm();
    };
    near += distance(0.17);  // the last of six steps
    far += distance(1);
  }
  CHECK(near < far);
}

TEST_CASE("a candidate whose objective is no number is not kept, also if it is the first") {
  const auto& optimizer = shared();
  for (std::uint64_t i = 0; i < 5; ++i) {
    const Condition x = condition(i);
    const Solution first = optimizer.solve(x, {.seed = i});
    now.objective_fails_once = true;
    const auto answer = optimizer.answer(x, {.samples = 2, .seed = i});
    CHECK(answer.solution != first);
    CHECK(answer.objective == objective(x, answer.solution));
  }
}

TEST_CASE("the baseline is refined and compared like a sample") {
  const auto& optimizer = shared();
  for (std::uint64_t i = 0; i < 20; ++i) {
    const Condition x = condition(i);
    const double sample = objective(x, optimizer.solve(x, {.refine = 1, .seed = i}));
    const double baseline = objective(x, Solution(0.5 * (Counting::baseline(x) + x.head<2>())));
    CHECK(objective(x, optimizer.solve(x, {.refine = 1, .baseline = true, .seed = i})) == std::min(sample, baseline));
  }
}

TEST_CASE("a number of the condition that never varied in training does not move the answer") {
  const auto& optimizer = shared();
  for (std::uint64_t i = 0; i < 10; ++i) {
    Condition x = condition(i);
    const Solution before = optimizer.solve(x, {.seed = i});
    for (const double other : {0.0, 2.999e6, 3.0003e6, -1e12}) {
      x[2] = other;
      CHECK(optimizer.solve(x, {.seed = i}) == before);
    }
  }
}

TEST_CASE("row i of a batch has the bits of its solve, for numbers of samples that share a pass and that do not") {
  const auto& optimizer = shared();
  for (const std::size_t samples : {1U, 2U, 3U, 5U, 16U, 60U})
    for (const Options& settings : {Options{.samples = samples}, Options{.samples = samples, .refine = 1, .rounds = 1},
                                    Options{.samples = samples, .omega = 0.5, .baseline = true}}) {
      for (const std::size_t n : {1U, 2U, 9U, 40U})
        for (const int threads : {1, 2}) {
          Options options = settings;
          options.seed = 77;
          options.threads = threads;
          const auto rows = optimizer.solve_batch(conditions(n), options);
          std::size_t different = 0;
          for (std::size_t i = 0; i < n; ++i) {
            Options one = settings;
            one.seed = 77 + i;
            different += gdm::row_of<Solution>(rows, i) == optimizer.solve(condition(i), one) ? 0 : 1;
          }
          CAPTURE(samples);
          CAPTURE(n);
          CHECK(different == 0);
        }
    }
}

TEST_CASE("answers in the caller's memory are those of a batch, in rows of double and of float") {
  const auto& optimizer = shared();
  const auto rows = conditions(20);
  const auto expected = optimizer.solve_batch(rows, {.samples = 2, .seed = 5});
  std::vector<double> to(40, -1);
  optimizer.solve_into(std::span<const double>(rows.data(), rows.size()), std::span<double>(to),
                       {.samples = 2, .seed = 5});
  CHECK(std::equal(to.begin(), to.end(), expected.data()));

  std::vector<float> single(rows.data(), rows.data() + rows.size()), single_to(40, -1);
  xt::xtensor<double, 2> rounded = rows;
  std::copy(single.begin(), single.end(), rounded.data());
  const auto of_rounded = optimizer.solve_batch(rounded, {.seed = 5});
  optimizer.solve_into(std::span<const float>(single), std::span<float>(single_to), {.seed = 5});
  for (std::size_t k = 0; k < 40; ++k) CHECK(single_to[k] == static_cast<float>(of_rounded.data()[k]));
  CHECK_NOTHROW(optimizer.solve_into(std::span<const double>(), std::span<double>()));
}

TEST_CASE("memory of the wrong size and rows without sense are refused before anything is written") {
  const auto& optimizer = shared();
  std::vector<double> from(9, 0.5), to(6, -1);
  const auto into = [&](std::size_t n, std::size_t m) {
    optimizer.solve_into(std::span<const double>(from.data(), n), std::span<double>(to.data(), m));
  };
  CHECK_THROWS_WITH_AS(into(9, 4), Contains("[GDM-R212]"), gdm::Error);
  CHECK_THROWS_WITH_AS(into(8, 6), Contains("8 numbers of conditions and room for 6"), gdm::Error);
  CHECK_THROWS_WITH_AS(into(6, 6), Contains("Give 3 numbers and room for 2"), gdm::Error);
  from[7] = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(into(9, 6), Contains("row 2: "), gdm::Error);
  for (const double y : to) CHECK(y == -1);
}

TEST_CASE("try_solve answers as solve does, or says why not and leaves the solution alone") {
  static_assert(noexcept(std::declval<const Optimizer&>().try_solve(
      std::declval<const Condition&>(), std::declval<Solution&>(), std::declval<const Options&>())));
  const Condition x = condition(3);
  Solution y(-7, -7);
  CHECK(Optimizer().try_solve(x, y) == gdm::Errc::not_trained);
  CHECK(shared().try_solve(Condition::Constant(std::numeric_limits<double>::infinity()), y) ==
        gdm::Errc::invalid_condition);
  CHECK(shared().try_solve(x, y, {.samples = 0}) == gdm::Errc::invalid_argument);
  CHECK(y == Solution(-7, -7));
  CHECK(!shared().try_solve(x, y, {.samples = 3, .seed = 8}).has_value());
  CHECK(y == shared().solve(x, {.samples = 3, .seed = 8}));
}

TEST_CASE("a deadline, however short, leaves one sample, and the first samples of an answer without one") {
  const auto& optimizer = shared();
  const Condition x = condition(2);
  const auto hurried = optimizer.answer(x, {.samples = 1000, .seed = 4, .deadline = 1ns});
  CHECK(hurried.samples == 1);
  CHECK(hurried.solution == optimizer.solve(x, {.seed = 4}));
  const auto some = optimizer.answer(x, {.samples = 1'000'000, .seed = 4, .deadline = 2ms});
  CHECK(some.samples >= 1);
  CHECK(some.samples < 1'000'000);
  CHECK(some.solution == optimizer.solve(x, {.samples = some.samples, .seed = 4}));
  const auto relaxed = optimizer.answer(x, {.samples = 100, .seed = 4, .deadline = 1h});
  CHECK(relaxed.samples == 100);
  CHECK(relaxed.solution == optimizer.solve(x, {.samples = 100, .seed = 4}));
  const auto from = optimizer.answer_from(x, Solution(0.3, 0.3), {.samples = 1000, .rounds = 5, .deadline = 1ns});
  CHECK(from.samples == 1);
  const auto batch = optimizer.solve_batch(conditions(5), {.samples = 1000, .seed = 4, .threads = 1, .deadline = 1ns});
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(gdm::row_of<Solution>(batch, i) == optimizer.solve(condition(i), {.seed = 4 + i}));
}

TEST_CASE("a problem that solves in its own decoder disturbs nothing") {
  const auto& optimizer = shared();
  const Condition x = condition(5), other = condition(6);
  const Solution alone = optimizer.solve(x, {.samples = 3, .seed = 1});
  const Solution inner = optimizer.solve(other, {.samples = 7, .seed = 2});
  Solution found = Solution::Zero();
  now.in_decode = [&] { found = optimizer.solve(other, {.samples = 7, .seed = 2}); };
  CHECK(optimizer.solve(x, {.samples = 3, .seed = 1}) == alone);
  CHECK(found == inner);
  now.in_decode = [&] { throw gdm::Error(gdm::Errc::infeasible, "decode", "it fails", "Try again"); };
  CHECK_THROWS_AS((void)optimizer.solve(x), gdm::Error);
  CHECK(optimizer.solve(x, {.samples = 3, .seed = 1}) == alone);  // the buffers have come back
}

TEST_CASE("options that mean nothing where they are given are refused, not passed over") {
  const auto& optimizer = shared();
  const Condition x = condition(0);
  const auto refuses = [&](const char* text, const auto& action) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(action(), Contains(text), gdm::Error);
  };
  refuses("solve option noise: there is nothing to noise", [&] { (void)optimizer.solve(x, {.noise = 0.3}); });
  refuses("solve option noise", [&] { (void)optimizer.answer(x, {.noise = 0.3}); });
  refuses("solve option noise", [&] { (void)optimizer.solve_batch(conditions(2), {.noise = 0.3}); });
  CHECK_NOTHROW((void)optimizer.solve(x, {.rounds = 1, .noise = 0.3}));
  CHECK_NOTHROW((void)optimizer.solve_from(x, Solution(0, 0), {.noise = 0.3}));
  refuses("solve_from solution",
          [&] { (void)optimizer.solve_from(x, Solution::Constant(std::numeric_limits<double>::quiet_NaN())); });
  for (const Options& options : {Options{.samples = 2}, Options{.refine = 1}, Options{.rounds = 1},
                                 Options{.baseline = true}, Options{.deadline = 1s}})
    refuses("a trajectory is that of one sample", [&] { (void)optimizer.trajectory(x, options); });

  const auto conditional = trained<Optimizer, Counting>(0);
  refuses("solve option omega: the model was trained with p_uncond = 0",
          [&] { (void)conditional.solve(x, {.omega = 0.5}); });
  refuses("solve option omega", [&] { (void)conditional.trajectory(x, {.omega = 0.5}); });
  CHECK_NOTHROW((void)conditional.solve(x, {.omega = 0}));

  using Plain = gdm::GdmOptimizer<gdm_test::Nearest, gdm::CosineSchedule<6>, gdm::Mlp<12>>;
  const auto plain = trained<Plain, gdm_test::Nearest>();
  const gdm_test::Nearest::Condition two = x.head<2>();
  refuses("solve option baseline: the problem has no `baseline`", [&] { (void)plain.solve(two, {.baseline = true}); });
  const auto answer = plain.answer(two);
  CHECK(std::isnan(answer.bound));
  CHECK(answer.objective == gdm_test::Nearest::objective(two, answer.solution));
  // Without a step of its own, it is searched along the coordinates.
  CHECK(plain.answer(two, {.refine = 3}).objective < answer.objective);
  CHECK(gdm_test::Nearest::violation(two, plain.solve(two, {.refine = 3})) == 0);
}
