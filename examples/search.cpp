// SPDX-License-Identifier: MIT
// What more time buys: answers that are never worse, gap against time with refinement, inputs far from the training data,
// and what a deadline costs. The tables of the page on search. `search 1000000` takes as many instances for the first.
#include <gdm/gdm.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <vector>

#include "support/no_network.hpp"
#include "support/table.hpp"

namespace {

using example::gap_text;
using example::text;

template <class P>
gdm::GdmOptimizer<P> trained(std::size_t rows) {
  gdm::GdmOptimizer<P> optimizer;
  optimizer.train(gdm::generate<P>(rows, /*seed=*/1), {.seed = 1});
  return optimizer;
}

/// Counts answers that are infeasible, or worse with an option than without it.
template <class P>
std::size_t worse(const gdm::GdmOptimizer<P>& optimizer, std::size_t instances, example::Table& table) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < instances; ++i) {
    gdm::RandomStream random(/*seed=*/99, /*instance=*/1, static_cast<std::uint32_t>(i));
    const auto x = P::draw(random);
    const auto value = [&](const typename P::Solution& y) {
      count += P::violation(x, y) <= 1e-9 ? 0 : 1;
      return P::sense == gdm::Sense::maximize ? P::objective(x, y) : -P::objective(x, y);
    };
    const auto y = optimizer.solve(x, {.samples = 2, .seed = i});
    const double least = value(y), start = value(P::project(x, y)), rounding = 1e-12 * std::abs(least);
    count += value(optimizer.solve(x, {.samples = 2, .refine = 2, .seed = i})) >= least - rounding ? 0 : 1;
    count += value(optimizer.solve(x, {.samples = 2, .rounds = 1, .seed = i})) >= least - rounding ? 0 : 1;
    count += value(optimizer.solve_from(x, y, {.seed = i + 7})) >= start - rounding ? 0 : 1;
  }
  table.add({std::string(gdm::ProblemTraits<P>::name()), std::to_string(instances), std::to_string(count)});
  return count;
}

/// Gap and time of an answer with these options, the least time of three passes.
template <class P>
void add_answers(const gdm::GdmOptimizer<P>& optimizer, const gdm::Dataset<P>& test,
                 const typename gdm::GdmOptimizer<P>::SolveOptions& options, example::Table& table) {
  double gap = 0, least = std::numeric_limits<double>::infinity();
  for (int pass = 0; pass < 3; ++pass) {
    const auto start = std::chrono::steady_clock::now();
    const auto solutions = optimizer.solve_batch(test.conditions, options);
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    least = std::min(least, took.count() / static_cast<double>(test.size()));
    gap = gdm::evaluate_solutions(test, solutions).mean_gap;
  }
  table.add({text("%zu", options.samples), text("%zu", options.refine), text("%zu", options.rounds),
             options.baseline ? "yes" : "", gap_text(gap), text("%.1f us", least)});
}

template <class P>
void search_table(const char* name, std::size_t rows) {
  const auto optimizer = trained<P>(rows);
  const auto test = gdm::generate<P>(2'000, /*seed=*/5);
  example::heading(text("%s: mean gap with search, one core", name));
  example::Table table({"samples", "refine", "rounds", "baseline", "gap", "time"});
  const auto heuristic = example::no_network(test);
  table.add({"heuristic", "", "", "", gap_text(heuristic.quality.mean_gap), text("%.1f us", heuristic.microseconds)});
  add_answers(optimizer, test, {.threads = 1}, table);
  add_answers(optimizer, test, {.samples = 16, .threads = 1}, table);
  add_answers(optimizer, test, {.samples = 8, .rounds = 1, .threads = 1}, table);
  add_answers(optimizer, test, {.refine = 1, .threads = 1}, table);
  add_answers(optimizer, test, {.refine = 10, .threads = 1}, table);
  add_answers(optimizer, test, {.samples = 4, .refine = 3, .threads = 1}, table);
  add_answers(optimizer, test, {.samples = 8, .refine = 10, .threads = 1}, table);
  add_answers(optimizer, test, {.baseline = true, .threads = 1}, table);
  add_answers(optimizer, test, {.samples = 4, .refine = 3, .baseline = true, .threads = 1}, table);
  table.print();
}

/// Instances that `shift` moves away from what the model was trained on.
template <class P, class Shift>
void add_shifted(const char* name, std::size_t rows, const Shift& shift, example::Table& table) {
  const auto optimizer = trained<P>(rows);
  gdm::RandomStream random(/*seed=*/4);
  gdm::Dataset<P> test = gdm::generate<P>(500, /*seed=*/4);
  for (std::size_t i = 0; i < test.size(); ++i) {
    auto x = test.condition(i);
    shift(x, random);
    gdm::set_row(test.conditions, i, x);
    gdm::set_row(test.solutions, i, typename P::Solution(P::optimal(x)));
  }
  const auto gap = [&](const typename gdm::GdmOptimizer<P>::SolveOptions& options) {
    return gap_text(gdm::evaluate(optimizer, test, options).mean_gap);
  };
  table.add({name, gap_text(example::no_network(test).quality.mean_gap), gap({}), gap({.refine = 3}),
             gap({.samples = 16, .refine = 3}), gap({.refine = 3, .baseline = true})});
}

void shifted_tables() {
  example::heading("Far from the training data: mean gap");
  example::Table table({"", "heuristic", "one sample", "refine 3", "16, refine 3", "refine 3, baseline"});
  const auto shadow = [](auto& x, gdm::RandomStream& random, int groups, int size, double decibel) {
    for (int k = 0; k < groups; ++k) {
      const double factor = std::pow(10.0, decibel * random.normal() / 20);
      for (int i = 0; i < size; ++i) x[k * size + i] *= factor;
    }
  };
  add_shifted<gdm::Beamforming<8, 8>>(
      "Beamforming<8, 8>, users 8 dB apart", 6'000, [&](auto& x, auto& r) { shadow(x, r, 8, 16, 8); }, table);
  add_shifted<gdm::Beamforming<4, 8>>(
      "Beamforming<4, 8>, users 8 dB apart", 6'000, [&](auto& x, auto& r) { shadow(x, r, 8, 8, 8); }, table);
  add_shifted<gdm::PowerControl<10>>(
      "PowerControl<10>, links 8 dB apart", 4'000, [&](auto& x, auto& r) { shadow(x, r, 100, 1, 16); }, table);
  add_shifted<gdm::MsrProblem>(
      "SumRate<3>, gains 10 dB apart", 8'000, [&](auto& x, auto& r) { shadow(x, r, 3, 1, 20); }, table);
  add_shifted<gdm::ComputationOffloading<10>>(
      "ComputationOffloading<10>, tasks 3 times as large", 6'000,
      [](auto& x, auto&) {
        for (int k = 0; k < 10; ++k)
          for (int i = 0; i < 2; ++i) x[5 * k + i] *= 3;
      },
      table);
  add_shifted<gdm::NuProblem>(
      "NomaUav<3>, in a corner of 100 m", 8'000,
      [](auto& x, auto&) {
        for (int i = 0; i < 6; ++i) x[i] *= 0.25;
      },
      table);
  table.print();
}

/// How long after its deadline an answer comes.
void deadline_table(std::size_t answers) {
  using Problem = gdm::Beamforming<8, 8>;
  const auto optimizer = trained<Problem>(6'000);
  const auto test = gdm::generate<Problem>(200, /*seed=*/5);
  example::heading(text("Beamforming<8, 8>: time of %zu answers with a deadline, one core", answers));
  example::Table table({"deadline", "median", "p99", "p99.9", "samples, mean"});
  for (const int us : {0, 50, 100, 200}) {
    std::vector<double> took;
    std::size_t drawn = 0;
    for (std::size_t i = 0; i < answers; ++i) {
      const auto x = test.condition(i % test.size());
      const auto start = std::chrono::steady_clock::now();
      const auto a = optimizer.answer(
          x, {.samples = us > 0 ? 1'000'000UL : 1UL, .seed = i, .deadline = std::chrono::microseconds(us)});
      took.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
      drawn += a.samples;
    }
    std::sort(took.begin(), took.end());
    const auto at = [&](double share) {
      return text("%.1f us", took[static_cast<std::size_t>(share * static_cast<double>(answers - 1))]);
    };
    table.add({us > 0 ? text("%d us", us) : "one sample", at(0.5), at(0.99), at(0.999),
               text("%.1f", static_cast<double>(drawn) / static_cast<double>(answers))});
  }
  table.print();
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t instances = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 50'000;
  example::heading("Answers that are infeasible, or worse with refine, rounds or a start than without");
  example::Table table({"problem", "instances", "worse"});
  std::size_t bad = worse(trained<gdm::MsrProblem>(3'000), instances / 10 * 3, table);
  bad += worse(trained<gdm::CoProblem>(3'000), instances / 10 * 3, table);
  bad += worse(trained<gdm::NuProblem>(3'000), instances / 10 * 2, table);
  bad += worse(trained<gdm::PowerControl<4>>(2'000), instances / 10, table);
  bad += worse(trained<gdm::Beamforming<2, 4>>(2'000), instances / 10, table);
  table.print();
  search_table<gdm::ComputationOffloading<10>>("ComputationOffloading<10>", 10'000);
  search_table<gdm::NomaUav<6>>("NomaUav<6>", 5'000);
  shifted_tables();
  deadline_table(100'000);
  return bad == 0 ? 0 : 1;
}
