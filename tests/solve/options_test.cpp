// SPDX-License-Identifier: MIT
#include <gdm/solve/options.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>

namespace {

struct Defaults {
  static constexpr double omega = 2;
};
using Options = gdm::BasicSolveOptions<Defaults>;

void refused(const char* text, const Options& options) {
  CAPTURE(text);
  CHECK_THROWS_WITH_AS(options.validate(), doctest::Contains(text), gdm::Error);
  try {
    options.validate();
  } catch (const gdm::Error& error) {
    CHECK(error.code() == gdm::Errc::invalid_argument);
  }
}

}  // namespace

TEST_CASE("the defaults are one sample, without refinement, rounds or deadline, at the policies' omega") {
  const Options options;
  CHECK(options.samples == 1);
  CHECK(options.refine == 0);
  CHECK(options.rounds == 0);
  CHECK(options.omega == 2);
  CHECK(!options.baseline);
  CHECK(options.seed == 0);
  CHECK(options.deadline.count() == 0);
  CHECK_NOTHROW(options.validate());
}

TEST_CASE("the members of the options come in the order of the contract") {
  using namespace std::chrono_literals;
  const Options options{3, 4, 5, 0.25, 0.5, true, 6, 2, 7us};
  CHECK(options.samples == 3);
  CHECK(options.refine == 4);
  CHECK(options.rounds == 5);
  CHECK(options.noise == 0.25);
  CHECK(options.omega == 0.5);
  CHECK(options.baseline);
  CHECK(options.seed == 6);
  CHECK(options.threads == 2);
  CHECK(options.deadline == 7us);
}

TEST_CASE("options at their limits are taken, and beyond them refused by name, value and remedy") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_NOTHROW(Options{.samples = 1'000'000}.validate());
  CHECK_NOTHROW((Options{.refine = 10'000, .rounds = 1'000, .noise = 1, .omega = 10'000}.validate()));
  CHECK_NOTHROW((Options{.noise = 1e-9, .omega = 0}.validate()));
  refused("solve option samples: it is 0. ", {.samples = 0});
  refused("solve option samples: it is 1000001", {.samples = 1'000'001});
  refused("solve option refine: it is 10001", {.refine = 10'001});
  refused("solve option rounds: it is 1001", {.rounds = 1'001});
  refused("solve option noise: it is 0", {.noise = 0});
  refused("solve option noise: it is 1.5", {.noise = 1.5});
  refused("solve option noise: it is nan", {.noise = nan});
  refused("solve option omega: it is -0.1", {.omega = -0.1});
  refused("solve option omega: it is 10001", {.omega = 10'001});
  refused("solve option omega: it is nan", {.omega = nan});
  refused("solve option threads: it is -1", {.threads = -1});
  refused("solve option deadline: it is -1 ns", {.deadline = std::chrono::nanoseconds(-1)});
}

TEST_CASE("what is not known of an answer is no number") {
  struct P {
    using Solution = gdm::Vector<1>;
  };
  const gdm::Answer<P> answer{};
  CHECK(std::isnan(answer.objective));
  CHECK(std::isnan(answer.bound));
  CHECK(answer.samples == 0);
}
