// SPDX-License-Identifier: MIT
/// @file
/// @brief The generative bound of the paper's Section III-A, measured: e, sigma, p, p_i, p_o and both sides of its
/// inequalities.
#pragma once

#include <cstdint>
#include <vector>

#include <gdm/analysis/interval.hpp>
#include <gdm/data/dataset.hpp>

GDM_NAMESPACE_BEGIN

/// One instance as the bound sees it. A cost ratio is 1 + relative gap: f / f* when minimising a positive f.
struct BoundRow {
  double error = 0;            ///< e: distance of the prediction h(x) from y*
  double predicted_ratio = 1;  ///< cost ratio of the prediction
  double distance = 0;         ///< distance of one generated sample from y*
  double sampled_ratio = 1;    ///< cost ratio of that sample
};

/// An inequality left >= right between measured numbers.
struct BoundCheck {
  Estimate left;           ///< measured expectation, with its interval
  double right = 0;        ///< the paper's lower bound at the measured probabilities
  bool respected = false;  ///< left >= right, up to rounding
};

/// What was measured on a test set. Everything is relative to f(x, y*), that is, the paper's formulas divided by it.
struct BoundReport {
  std::size_t instances = 0;
  double sigma = 0;              ///< the factor of Eq. 2, chosen by the caller
  Estimate error;                ///< e of Eq. 1, mean over instances
  Estimate p;                    ///< of Eq. 2 for predictions, all of which lie on the edge of their neighbourhood U
  Estimate p_inside, p_outside;  ///< p_i and p_o of Eq. 4 and 5: a sample lies in U(y*, e) or not
  Estimate p_sampled;            ///< p of Eq. 2 for samples, among those outside U; no trials give 0 to 1
  BoundCheck discriminative;     ///< Eq. 3
  BoundCheck generative;         ///< Eq. 6 with the one p that the paper uses in both
  BoundCheck generative_own;     ///< Eq. 6 with the samples' own p, which holds for any data
  double advantage = 0;          ///< Eq. 7: right side of Eq. 3 less that of Eq. 6 = (sigma - 1) p_i p
  bool advantage_positive = false;
  Estimate measured_advantage;  ///< E[f(x, h(x))] - E[f(x, y ~ p_theta)], which Eq. 7 says nothing about
};

/// Evaluates both sides of Eq. 3, 6 and 7 at the shares counted in `rows`.
///
/// U is closed for samples, so that a sample equal to an exact prediction is inside; a prediction counts as outside, as
/// Eq. 1 puts it on the boundary. Rows are taken as independent draws of (x, sample): intervals are Clopper and
/// Pearson's for shares, Student's for means.
/// @throws Error [GDM-R201] unless sigma > 1 and the confidence lies in (0, 1), [GDM-R211] without rows
[[nodiscard]] inline BoundReport evaluate_bound(const std::vector<BoundRow>& rows, double sigma,
                                                double confidence = 0.95) {
  if (!(sigma > 1) || !std::isfinite(sigma)) {
    throw Error(Errc::invalid_argument, "evaluate_bound sigma", "it is " + to_text(sigma), "Give a factor above 1");
  }
  const std::size_t n = rows.size();
  if (n == 0) throw Error(Errc::empty_data, "evaluate_bound", "there are no rows", "Give at least one instance");
  std::size_t exceeding = 0, inside = 0, outside_exceeding = 0;
  std::vector<double> error, predicted, sampled, difference;
  for (const BoundRow& row : rows) {
    const bool in = row.distance <= row.error;
    exceeding += row.predicted_ratio > sigma ? 1 : 0;
    inside += in ? 1 : 0;
    outside_exceeding += !in && row.sampled_ratio > sigma ? 1 : 0;
    error.push_back(row.error);
    predicted.push_back(row.predicted_ratio);
    sampled.push_back(row.sampled_ratio);
    difference.push_back(row.predicted_ratio - row.sampled_ratio);
  }
  BoundReport r;
  r.instances = n;
  r.sigma = sigma;
  r.error = student_interval(error, confidence);
  r.p = clopper_pearson(exceeding, n, confidence);
  r.p_inside = clopper_pearson(inside, n, confidence);
  r.p_outside = clopper_pearson(n - inside, n, confidence);
  r.p_sampled = n > inside ? clopper_pearson(outside_exceeding, n - inside, confidence) : Estimate{0, 0, 1};
  const auto check = [](const Estimate& left, double right) {
    return BoundCheck{left, right, left.value >= right - 1e-12 * std::abs(right)};
  };
  const double p = r.p.value, p_i = r.p_inside.value, p_o = r.p_outside.value;
  const double right3 = p * sigma + (1 - p);
  const double right6 = p_i + p_o * right3;
  r.discriminative = check(student_interval(predicted, confidence), right3);
  r.generative = check(student_interval(sampled, confidence), right6);
  r.generative_own = check(r.generative.left, p_i + p_o * (r.p_sampled.value * sigma + 1 - r.p_sampled.value));
  r.advantage = right3 - right6;
  r.advantage_positive = r.advantage > 0;
  r.measured_advantage = student_interval(difference, confidence);
  return r;
}

/// The rows of a bound: a discriminative and a generative optimizer on the instances of `data`, one sample each.
/// Distances are Euclidean between latents, which have no units.
template <Problem P, class Discriminative, class Generative>
[[nodiscard]] std::vector<BoundRow> measure_bound(const Dataset<P>& data, const Discriminative& discriminative,
                                                  const Generative& generative, std::uint64_t seed = 0) {
  using Solution = typename P::Solution;
  using Traits = ProblemTraits<P>;
  const xt::xtensor<double, 2> predicted = discriminative.solve_batch(data.conditions);
  const xt::xtensor<double, 2> sampled = generative.solve_batch(data.conditions, {.samples = 1, .seed = seed});
  std::vector<BoundRow> rows;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto x = data.condition(i);
    const Solution best = data.solution(i), h = row_of<Solution>(predicted, i), y = row_of<Solution>(sampled, i);
    const double optimum = Traits::objective(x, best);
    const typename Traits::Latent target = Traits::encode(x, best);
    const auto ratio = [&](const Solution& s) { return 1 + Traits::gap(Traits::objective(x, s), optimum); };
    const auto distance = [&](const Solution& s) { return (Traits::encode(x, s) - target).norm(); };
    rows.push_back({distance(h), ratio(h), distance(y), ratio(y)});
  }
  return rows;
}

GDM_NAMESPACE_END
