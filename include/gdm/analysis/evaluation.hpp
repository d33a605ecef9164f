// SPDX-License-Identifier: MIT
/// @file
/// @brief How good an optimizer's answers are on a dataset, against the labels in it.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gdm/data/dataset.hpp>

GDM_NAMESPACE_BEGIN

/// Statistics over the rows of a dataset. A gap is relative to the label: (f* - f) / |f*| when maximising.
struct Evaluation {
  double exceed_ratio = 0;       ///< sum of f(x, y_0) / sum of f(x, y*) (the paper's Exceed_ratio)
  double mean_gap = 0;           ///< mean relative gap
  double median_gap = 0;         ///< median relative gap
  double p99_gap = 0;            ///< 99th percentile of the relative gap
  double worst_gap = 0;          ///< largest relative gap
  double feasible_fraction = 0;  ///< share of answers with violation <= 1e-9
};

/// Statistics of given answers, one row each.
/// @throws Error [GDM-R211], [GDM-R212] on data that do not fit
template <Problem P>
[[nodiscard]] Evaluation evaluate_solutions(const Dataset<P>& data, const xt::xtensor<double, 2>& solutions) {
  data.validate();
  require_columns<typename P::Solution>(solutions, "evaluate solutions");
  if (solutions.shape(0) != data.size()) {
    throw Error(Errc::shape_mismatch, "evaluate",
                std::to_string(solutions.shape(0)) + " solutions for " + std::to_string(data.size()) + " instances",
                "Give one solution for each instance");
  }
  std::vector<double> gaps;
  double found = 0, best = 0, feasible = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto x = data.condition(i);
    const auto y = row_of<typename P::Solution>(solutions, i);
    const double value = ProblemTraits<P>::objective(x, y);
    const double optimum = ProblemTraits<P>::objective(x, data.solution(i));
    found += value;
    best += optimum;
    feasible += y.allFinite() && ProblemTraits<P>::violation(x, y) <= 1e-9 ? 1 : 0;
    const double gap = ProblemTraits<P>::gap(value, optimum);
    gaps.push_back(std::isnan(gap) ? std::numeric_limits<double>::infinity() : gap);  // NaN has no place in an order
  }
  std::sort(gaps.begin(), gaps.end());
  const auto n = static_cast<double>(gaps.size());
  const auto quantile = [&](double q) { return gaps[static_cast<std::size_t>(std::ceil(q * n)) - 1]; };
  Evaluation e;
  e.exceed_ratio = found / best;
  for (const double gap : gaps) e.mean_gap += gap / n;
  e.median_gap = quantile(0.5);
  e.p99_gap = quantile(0.99);
  e.worst_gap = gaps.back();
  e.feasible_fraction = feasible / n;
  return e;
}

/// For a type that is no problem, which the dataset has reported.
template <class P>
requires(!Problem<P>) Evaluation evaluate_solutions(const Dataset<P>&, const xt::xtensor<double, 2>&);

/// Solves every instance of `data` and compares with its labels.
template <class Optimizer, class P>
[[nodiscard]] Evaluation evaluate(const Optimizer& optimizer, const Dataset<P>& data,
                                  const typename Optimizer::SolveOptions& options = {}) {
  return evaluate_solutions(data, optimizer.solve_batch(data.conditions, options));
}

GDM_NAMESPACE_END
