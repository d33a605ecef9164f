// SPDX-License-Identifier: MIT
/// @file
/// @brief Confidence intervals of a mean and of a probability.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>
#include <string>
#include <vector>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <gdm/core/vector.hpp>

GDM_NAMESPACE_BEGIN

/// A number that was measured, and the interval that holds the true one with the stated confidence.
struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;
};

namespace detail {
inline void require_confidence(double confidence) {
  if (!(confidence > 0 && confidence < 1)) {
    throw Error(Errc::invalid_argument, "confidence", "it is " + to_text(confidence), "Give a number inside (0, 1)");
  }
}
}  // namespace detail

/// Mean of independent, nearly normal values, with Student's t interval; infinitely wide for a single value.
/// @throws Error [GDM-R201] on a confidence outside (0, 1), [GDM-R211] without values
[[nodiscard]] inline Estimate student_interval(std::span<const double> values, double confidence = 0.95) {
  detail::require_confidence(confidence);
  if (values.empty()) throw Error(Errc::empty_data, "student_interval", "there are no values", "Give at least one");
  const auto n = static_cast<double>(values.size());
  double mean = 0, square = 0;
  for (const double v : values) mean += v / n;
  for (const double v : values) square += (v - mean) * (v - mean);
  if (values.size() == 1) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return {mean, -infinity, infinity};
  }
  const boost::math::students_t distribution(n - 1);
  const double t = boost::math::quantile(boost::math::complement(distribution, (1 - confidence) / 2));
  const double half = t * std::sqrt(square / (n - 1) / n);
  return {mean, mean - half, mean + half};
}

/// Student's interval on the scale of a monotone `to`, carried back by `from`; `value` is carried back likewise.
template <class To, class From>
[[nodiscard]] Estimate student_interval_of(std::span<const double> values, double confidence, const To& to,
                                           const From& from) {
  std::vector<double> scaled;
  scaled.reserve(values.size());
  for (const double v : values) scaled.push_back(to(v));
  const Estimate e = student_interval(scaled, confidence);
  return {from(e.value), from(e.low), from(e.high)};
}

/// Geometric mean of positive numbers, such as gaps, with Student's interval on their logarithms: no part of it is
/// negative, and one bad repetition does not stretch it below what is possible.
/// @param floor  values below count as this: a gap cannot be measured more finely than its optimum is known
/// @throws Error as student_interval; [GDM-R201] if `floor` is not positive
[[nodiscard]] inline Estimate log_interval(std::span<const double> values, double floor = 1e-12,
                                           double confidence = 0.95) {
  if (!(floor > 0)) {
    throw Error(Errc::invalid_argument, "log_interval floor", "it is " + to_text(floor), "Give a positive number");
  }
  return student_interval_of(
      values, confidence, [floor](double v) { return std::log(std::max(v, floor)); },
      [](double v) { return std::exp(v); });
}

/// Geometric mean of a_i / b_i over pairs (the same seed, the same data), with Student's interval on its logarithm.
/// Below 1 throughout: a is smaller.
/// @throws Error as log_interval; [GDM-R212] if the numbers of values differ
[[nodiscard]] inline Estimate ratio_interval(std::span<const double> a, std::span<const double> b, double floor = 1e-12,
                                             double confidence = 0.95) {
  if (a.size() != b.size()) {
    throw Error(Errc::shape_mismatch, "ratio_interval", std::to_string(a.size()) + " and " + std::to_string(b.size()),
                "Give as many values as there are partners");
  }
  std::vector<double> ratio;
  ratio.reserve(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) ratio.push_back(std::max(a[i], floor) / std::max(b[i], floor));
  return log_interval(ratio, 1e-300, confidence);
}

/// Mean of shares in [0, 1] with Student's interval on the scale of arcsin(sqrt), which steadies their variance; no part
/// of it lies outside [0, 1].
/// @throws Error as student_interval
[[nodiscard]] inline Estimate share_interval(std::span<const double> values, double confidence = 0.95) {
  return student_interval_of(
      values, confidence, [](double v) { return std::asin(std::sqrt(std::clamp(v, 0.0, 1.0))); },
      [](double v) {
        const double s = std::sin(std::clamp(v, 0.0, std::numbers::pi / 2));
        return s * s;
      });
}

/// A lower limit that the success probability of independent trials exceeds with the stated confidence (Clopper &
/// Pearson 1934), one-sided.
/// @throws Error [GDM-R201] on a confidence outside (0, 1), [GDM-R211] without trials
[[nodiscard]] inline double clopper_pearson_lower(std::size_t successes, std::size_t trials, double confidence) {
  detail::require_confidence(confidence);
  if (trials == 0 || successes > trials) {
    throw Error(Errc::empty_data, "clopper_pearson", std::to_string(successes) + " of " + std::to_string(trials),
                "Give at least one trial, and no more successes than trials");
  }
  if (successes == 0) return 0;
  using Binomial = boost::math::binomial_distribution<double>;
  return Binomial::find_lower_bound_on_p(static_cast<double>(trials), static_cast<double>(successes), 1 - confidence);
}

/// The share of successes with Clopper and Pearson's two-sided interval, which is never too narrow.
/// @throws Error as clopper_pearson_lower
[[nodiscard]] inline Estimate clopper_pearson(std::size_t successes, std::size_t trials, double confidence = 0.95) {
  const double one_sided = (1 + confidence) / 2;
  detail::require_confidence(confidence);
  const double low = clopper_pearson_lower(successes, trials, one_sided);
  const double high = 1 - clopper_pearson_lower(trials - successes, trials, one_sided);
  return {static_cast<double>(successes) / static_cast<double>(trials), low, high};
}

GDM_NAMESPACE_END
