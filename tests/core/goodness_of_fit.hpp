// SPDX-License-Identifier: MIT
/// @file
/// @brief Goodness-of-fit statistics, each with the bound that a right generator exceeds with a given probability.
#pragma once

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/complement.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <cstddef>
#include <vector>

/// Chance that one check of this file's kind fails although the generator is right.
inline constexpr double false_alarm = 1e-4;

/// Pearson's statistic of `counts` against equal expected counts.
inline double chi_square(const std::vector<std::size_t>& counts) {
  double total = 0;
  for (const std::size_t count : counts) total += static_cast<double>(count);
  const double expected = total / static_cast<double>(counts.size());
  double sum = 0;
  for (const std::size_t count : counts) {
    const double difference = static_cast<double>(count) - expected;
    sum += difference * difference / expected;
  }
  return sum;
}

/// Bound of `chi_square` for so many cells.
inline double chi_square_bound(std::size_t cells) {
  const boost::math::chi_squared distribution(static_cast<double>(cells - 1));
  return boost::math::quantile(boost::math::complement(distribution, false_alarm));
}

/// Kolmogorov's sqrt(n) sup |F_n - F| of a sample.
template <class S, class Cdf>
double kolmogorov(std::vector<S> sample, const Cdf& cdf) {
  std::sort(sample.begin(), sample.end());
  const auto n = static_cast<double>(sample.size());
  double largest = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double p = cdf(static_cast<double>(sample[i]));
    const auto rank = static_cast<double>(i);
    largest = std::max({largest, p - rank / n, (rank + 1) / n - p});
  }
  return largest * std::sqrt(n);
}

/// Bound of `kolmogorov` for large samples, from the first term of its distribution, 2 exp(-2 x^2).
inline double kolmogorov_bound() { return std::sqrt(-std::log(false_alarm / 2) / 2); }

/// Bound of the absolute value of a standard normal statistic.
inline double normal_bound() {
  return boost::math::quantile(boost::math::complement(boost::math::normal(), false_alarm / 2));
}

/// sqrt(n) times the sample correlation, standard normal for independent samples.
template <class S>
double scaled_correlation(const std::vector<S>& x, const std::vector<S>& y) {
  const auto n = static_cast<double>(x.size());
  double sum_x = 0;
  double sum_y = 0;
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto a = static_cast<double>(x[i]);
    const auto b = static_cast<double>(y[i]);
    sum_x += a;
    sum_y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  const double covariance = xy / n - sum_x / n * sum_y / n;
  const double variances = (xx / n - sum_x / n * sum_x / n) * (yy / n - sum_y / n * sum_y / n);
  return covariance / std::sqrt(variances) * std::sqrt(n);
}
