// SPDX-License-Identifier: MIT
/// @file
/// @brief Comparisons with stated absolute and relative tolerances.
#pragma once

#include <algorithm>
#include <cmath>

/// |a - b| <= absolute + relative * max(|a|, |b|); false for a NaN.
[[nodiscard]] inline bool near(double a, double b, double absolute, double relative) {
  return std::abs(a - b) <= absolute + relative * std::max(std::abs(a), std::abs(b));
}

/// The larger of two errors. A NaN is the largest of all and stays, where std::max would pass over it.
[[nodiscard]] inline double larger_error(double worst, double error) {
  return std::isnan(error) || error > worst ? error : worst;
}
