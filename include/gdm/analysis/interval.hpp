// SPDX-License-Identifier: MIT
/// @file
/// @brief Confidence intervals of a mean and of a probability.
#pragma once

#include <cmath>
#include <limits>
#include <span>
#include <string>

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
