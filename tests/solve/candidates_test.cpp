// SPDX-License-Identifier: MIT
#include <gdm/solve/candidates.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <utility>
#include <vector>

#include "plain_codec.hpp"

namespace {

using gdm_test::Nearest;
using gdm_test::PlainCodec;
using Solution = Nearest::Solution;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Answers with what a test puts here, one after the other.
struct Scripted : gdm::refinement_tag {
  static inline std::vector<Solution> script;
  static inline std::size_t called = 0;
  static inline std::vector<double> values;  ///< that it was told
  template <class Codec>
  static Solution step(const typename Codec::Instance&, const Solution& y, double value) {
    values.push_back(value);
    return called < script.size() ? script[called++] : y;
  }
  static void begin(std::vector<Solution> steps) {
    script = std::move(steps);
    called = 0;
    values.clear();
  }
};
using Candidates = gdm::detail::Candidates<PlainCodec<Nearest>, Scripted>;

const Nearest::Condition centre(0.5, 0.5);

/// The better one is the smaller one, or the larger one.
struct Farthest : Nearest {
  static constexpr gdm::Sense sense = gdm::Sense::maximize;
};

/// The objective of a point whose first number is 0 is no number.
struct Holed : Nearest {
  static double objective(const Condition& x, const Solution& y) {
    return y[0] == 0 ? not_a_number : Nearest::objective(x, y);
  }
};

}  // namespace

TEST_CASE("the best candidate is kept, and the earlier one of two alike") {
  Candidates c;
  c.begin(0, true);
  const Solution a(0.5, 0.9), b(0.9, 0.5), best(0.5, 0.6), worst(0, 0);
  c.add(centre, a);
  c.add(centre, b);
  CHECK(c.best() == a);
  c.add(centre, best);
  c.add(centre, worst);
  CHECK(c.best() == best);
  CHECK(c.value() == Nearest::objective(centre, best));
  c.begin(0, true);  // forgets
  c.add(centre, worst);
  CHECK(c.best() == worst);

  gdm::detail::Candidates<PlainCodec<Farthest>, Scripted> other;
  other.begin(0, true);
  for (const Solution& y : {a, b, best, worst}) other.add(centre, y);
  CHECK(other.best() == worst);
}

TEST_CASE("a candidate whose objective is no number is given up for any other, also if it came first") {
  gdm::detail::Candidates<PlainCodec<Holed>, Scripted> c;
  const Solution hole(0, 0.5), poor(1, 1), good(0.5, 0.5);
  c.begin(0, true);
  c.add(centre, hole);
  CHECK(c.best() == hole);
  c.add(centre, poor);
  CHECK(c.best() == poor);
  c.add(centre, hole);
  CHECK(c.best() == poor);
  c.add(centre, good);
  CHECK(c.best() == good);
  Scripted::begin({poor});  // a step out of the hole is an improvement
  c.begin(1, false);
  c.add(centre, hole);
  CHECK(c.best() == poor);
  CHECK(c.refined == 1);
}

TEST_CASE("one candidate that nobody asks the objective of is taken as it is") {
  gdm::detail::Candidates<PlainCodec<Holed>, Scripted> c;
  c.begin(0, false);
  c.add(centre, Solution(0.25, 0.75));
  CHECK(c.best() == Solution(0.25, 0.75));
}

TEST_CASE("every candidate is refined before it is compared, for as many steps as asked for while they help") {
  Candidates c;
  Scripted::begin({{0.5, 0.8}, {0.5, 0.7}, {0.5, 0.6}, {0.5, 0.5}});
  c.begin(3, false);
  c.add(centre, {0.5, 0.9});
  CHECK(c.best() == Solution(0.5, 0.6));
  CHECK(c.refined == 3);
  CHECK(c.value() == Nearest::objective(centre, {0.5, 0.6}));
  REQUIRE(Scripted::values.size() == 3);
  CHECK(Scripted::values[0] == Nearest::objective(centre, {0.5, 0.9}));
  CHECK(Scripted::values[2] == Nearest::objective(centre, {0.5, 0.7}));
  c.add(centre, {0.5, 0.9});  // the last of the script, and then no more of it
  CHECK(c.best() == Solution(0.5, 0.5));
  CHECK(c.refined == 4);
}

TEST_CASE("a step that makes a candidate worse, infeasible or no number is not taken, and ends its refinement") {
  const Solution start(0.5, 0.9);
  for (const Solution& bad :
       {Solution(0.5, 1.0), Solution(0.5, 0.9), Solution(not_a_number, 0.5), Solution(not_a_number, not_a_number)}) {
    Candidates c;
    Scripted::begin({bad, {0.5, 0.5}});
    c.begin(5, false);
    c.add(centre, start);
    CHECK(c.best() == start);
    CHECK(c.refined == 0);
    CHECK(Scripted::called == 1);
  }
  const Nearest::Condition outside(0.5, 2);  // the better, the farther outside
  for (const Solution& bad : {Solution(0.5, 1.1), Solution(0.5, 1 + 1e-8), Solution(-0.1, 1)}) {
    Candidates c;
    Scripted::begin({bad});
    c.begin(5, false);
    c.add(outside, start);
    CHECK(c.best() == start);
    CHECK(c.refined == 0);
  }
  Candidates c;
  Scripted::begin({{0.5, 1 + 1e-10}});  // within the tolerance of an answer
  c.begin(5, false);
  c.add(outside, start);
  CHECK(c.best() == Solution(0.5, 1 + 1e-10));
}
