// SPDX-License-Identifier: MIT
/// @file
/// @brief When learning without labels has to begin with new weights.
#pragma once

#include <cmath>
#include <cstddef>

#include <gdm/model/standardisation.hpp>
#include <gdm/train/learn_options.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// Whether the model has stopped to help, and how: one sample is much worse than a round ago, or all samples of an
/// instance are alike although better solutions are known. Null: it has not.
/// @param spread  mean distance of one sample from the best of all, relative to the objective
template <class Traits>
[[nodiscard]] const char* collapsed(const LearnReport& report, double spread) {
  const auto& s = report.sampled;
  const std::size_t n = s.size();
  const double unit = std::abs(report.objective.back());
  const double behind = std::abs(report.objective.back() - s[n - 1]);
  if (n >= 2 && std::isfinite(s[n - 2]) && Traits::better(s[n - 2], s[n - 1]) &&
      std::abs(s[n - 2] - s[n - 1]) > 0.05 * unit)
    return "one sample is more than 5 % worse than a round ago";
  if (spread < 1e-9 && behind > 1e-3 * unit)
    return "all samples of an instance are alike although better solutions are known";
  return nullptr;
}

/// Whether two standardisations differ so little that a network trained with the one can go on with it.
template <int N>
[[nodiscard]] bool alike(const Standardisation<N>& now, const Standardisation<N>& then) {
  for (int i = 0; i < N; ++i) {
    const double ratio = now.deviation[i] / then.deviation[i];
    if (std::abs(now.mean[i] - then.mean[i]) > 0.25 * then.deviation[i] || ratio < 0.8 || ratio > 1.25) return false;
  }
  return true;
}

}  // namespace detail
GDM_NAMESPACE_END
