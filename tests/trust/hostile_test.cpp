#include "hostile_conditions.hpp"

#include <doctest/doctest.h>

#include <gdm/problems/noma_uav/defaults.hpp>
#include <gdm/problems/offloading/defaults.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

using gdm::Errc;
using gdm_test::hostile_values;

namespace {

using gdm_test::quick_optimizer;

using Msr = gdm::MsrProblem;
using Co = gdm::CoProblem;
using CoShares = gdm::ComputationOffloading<3, gdm::NoCompletion>;
using Nu = gdm::NuProblem;
using NuPowers = gdm::NomaUav<3, gdm::DecibelUnits, gdm::NoCompletion>;

template <class P>
const gdm_test::QuickOptimizer<P>& optimizer() {
  static const auto trained = quick_optimizer<P>();
  return trained;
}

template <class P>
typename P::Condition sound_condition() {
  gdm::RandomStream random(11);
  return P::draw(random);
}

struct Tally {
  int answers = 0;
  int refusals = 0;
};

/// Solves x in every way there is. A refusal must come from all of them, with a code that is about the condition.
template <class P>
std::string solve_everyhow(const typename P::Condition& x, Tally& tally) {
  std::string message;
  try {
    const auto y = optimizer<P>().solve(x);
    std::string wrong = gdm_test::complaint<P>(x, y);
    ++tally.answers;
    if (wrong.empty()) wrong = gdm_test::complaint<P>(x, optimizer<P>().solve(x, {.samples = 3, .omega = 3}));
    if (wrong.empty()) wrong = gdm_test::complaint<P>(x, P::optimal(x));
    if (wrong.empty()) wrong = gdm_test::complaint<P>(x, P::baseline(x));
    if (!wrong.empty()) {
      CAPTURE(x.transpose());
      FAIL_CHECK(P::name << ": " << wrong);
    }
  } catch (const gdm::Error& error) {
    ++tally.refusals;
    message = error.what();
    if (error.code() != Errc::invalid_condition && error.code() != Errc::infeasible) {
      CAPTURE(x.transpose());
      FAIL_CHECK(P::name << ": " << message);
    }
  }
  return message;
}

template <class P>
bool says(const typename P::Condition& x, std::initializer_list<const char*> parts) {
  Tally tally;
  const std::string message = solve_everyhow<P>(x, tally);
  CAPTURE(message);
  bool all = tally.refusals == 1;
  for (const char* const part : parts) all = all && message.find(part) != std::string::npos;
  CHECK(all);
  return all;
}

}  // namespace

TEST_CASE_TEMPLATE("hostile conditions: one bad element is refused by index and value, or answered feasibly", P, Msr,
                   Co, CoShares, Nu, NuPowers) {
  Tally tally;
  for (int i = 0; i < P::Condition::RowsAtCompileTime; ++i) {
    for (const double value : hostile_values) {
      auto x = sound_condition<P>();
      x[i] = value;
      const std::string message = solve_everyhow<P>(x, tally);
      if (!message.empty()) {
        CAPTURE(message);
        CHECK(message.find("element " + std::to_string(i)) != std::string::npos);
        CHECK(message.find("is " + gdm::to_text(value)) != std::string::npos);
      }
    }
  }
  CHECK(tally.answers > 20);
  CHECK(tally.refusals > 20);
}

TEST_CASE_TEMPLATE("hostile conditions: any two bad elements, and all of them bad, are refused or answered feasibly", P,
                   Msr, Co, CoShares, Nu, NuPowers) {
  Tally tally;
  constexpr int size = P::Condition::RowsAtCompileTime;
  for (int i = 0; i < size; ++i) {
    for (int j = 0; j < i; ++j) {
      // The values of the one come in the order of the other, and every seventh after it: all pairs would take minutes.
      for (std::size_t k = 0; k < hostile_values.size(); ++k) {
        for (std::size_t l = k % 7; l < hostile_values.size(); l += 7) {
          auto x = sound_condition<P>();
          x[i] = hostile_values[k];
          x[j] = hostile_values[l];
          solve_everyhow<P>(x, tally);
        }
      }
    }
  }
  for (const double value : hostile_values) {
    auto x = sound_condition<P>();
    x.fill(value);
    solve_everyhow<P>(x, tally);
    x = sound_condition<P>();
    x.template head<size - 1>().fill(value);
    solve_everyhow<P>(x, tally);
  }
  CHECK(tally.answers > 100);
  CHECK(tally.refusals > 100);
}

TEST_CASE("hostile conditions: a bad row of a batch is named, and the rows before it change nothing") {
  xt::xtensor<double, 2> rows = xt::ones<double>({5, 4});
  rows(3, 2) = -1;
  try {
    (void)optimizer<Msr>().solve_batch(rows);
    FAIL_CHECK("a negative gain was accepted");
  } catch (const gdm::Error& error) {
    const std::string what = error.what();
    CAPTURE(what);
    CHECK(error.code() == Errc::invalid_condition);
    CHECK(what.find("row 3") != std::string::npos);
    CHECK(what.find("element 2") != std::string::npos);
    CHECK(what.find("is -1") != std::string::npos);
  }
}

TEST_CASE("hostile conditions: what a message says of gains, powers, shares and terminals") {
  says<Msr>({1, -2, 1, 10}, {"gain g_2 (element 1) is -2"});
  says<Msr>({1, 2, 1, 0}, {"total power (element 3) is 0"});
  says<Msr>({0, 0, 0, 10}, {"largest gain is 0"});
  says<Msr>({1, 2, std::nan(""), 10}, {"element 2 is nan"});
  auto task = sound_condition<Co>();
  task[8] = -0.5;
  says<Co>(task, {"channel gain h of node 2 (element 8) is -0.5"});
  task = sound_condition<Co>();
  task[14] = 1.5;
  says<Co>(task, {"delay weight alpha of node 3 (element 14) is 1.5", "[0, 1]"});
  says<Nu>({0, 0, 1, 1, 2, 2, 0}, {"total power (element 6) is 0"});
  says<Nu>({0, 0, 1, 1, 2, 2, 0.2}, {"total power (element 6) is 0.2", "need 0.3 mW"});
  says<Nu>({0, 0, 1, -2e6, 2, 2, 18}, {"y of terminal 2 (element 3) is -2000000"});
}

TEST_CASE_TEMPLATE("hostile conditions: coincident, collinear and far terminals are answered feasibly", P, Nu,
                   NuPowers) {
  using X = typename P::Condition;
  Tally tally;
  for (const double power : {double(P::power_needed), 0.30000001, 18.0, 1e5}) {
    for (const X& x :
         {X{200, 200, 200, 200, 200, 200, power}, X{0, 0, 0, 0, 400, 400, power}, X{0, 0, 200, 200, 400, 400, power},
          X{-50, 20, 300, 450, 900, -1, power}, X{1e6, 1e6, 1e6, 1e6, 1e6, 1e6, power},
          X{-1e6, -1e6, 1e6, 1e6, 0, 0, power}, X{-1e6, 1e6, 1e6, -1e6, 1e6, 1e6, power},
          X{100, 200, 300, 200, 200, 200, power}, X{1e-320, 0, 0, 5e-324, -0.0, 0, power}}) {
      CHECK(solve_everyhow<P>(x, tally) == "");
    }
  }
  CHECK(tally.refusals == 0);
}

TEST_CASE("hostile conditions: dead channels, equal gains and extremes of scale are answered feasibly") {
  Tally tally;
  for (const Msr::Condition& x : {Msr::Condition{0, 0, 1, 10}, Msr::Condition{1e100, 1e100, 1e100, 1e100},
                                  Msr::Condition{1e-100, 0, 0, 1e-100}, Msr::Condition{1e100, 1e-300, 5e-324, 1e100},
                                  Msr::Condition{1, 1, 1, 1e-100}, Msr::Condition{7, 7, 7, 1e100}}) {
    CHECK(solve_everyhow<Msr>(x, tally) == "");
  }
  const Msr::Condition zero{0, 1, 2, 10}, minus_zero{-0.0, 1, 2, 10};
  CHECK(Msr::optimal(minus_zero) == Msr::optimal(zero));
  CHECK(Msr::optimal(zero)[0] == 0);
  CHECK(optimizer<Msr>().solve(minus_zero) == optimizer<Msr>().solve(zero));
  auto x = sound_condition<Co>();
  for (int i = 0; i < 3; ++i) x[5 * i + 3] = 0;  // no link at all
  CHECK(solve_everyhow<Co>(x, tally) == "");
  CHECK(solve_everyhow<CoShares>(x, tally) == "");
  CHECK(optimizer<Co>().solve(x).isZero(0.0));
  CHECK(optimizer<CoShares>().solve(x).isZero(0.0));
}
