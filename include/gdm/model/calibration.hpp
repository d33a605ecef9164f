// SPDX-License-Identifier: MIT
/// @file
/// @brief What held-out rows say about the gap of answers whose optimum is not known: a split conformal quantile.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <gdm/core/error.hpp>
#include <gdm/core/vector.hpp>

GDM_NAMESPACE_BEGIN

/// Gaps of a model's answers on rows that it was not trained on.
///
/// If a new instance comes from the same distribution as these rows, its gap is at most `gap_at_most(p)` with probability p
/// at least (Vovk, Gammerman and Shafer 2005; Lei et al. 2018, Theorem 2.2): a statement about many instances, no proof
/// about any one of them, and nothing about instances of another kind.
struct Calibration {
  std::size_t samples = 0;   ///< options with which the answers were made
  std::size_t refine = 0;    ///< and this one
  std::vector<double> gaps;  ///< relative to the labels, rising; below 0 where an answer beats its label

  /// The smallest number of which the statement holds; infinity where there are too few rows for this probability.
  /// @throws Error [GDM-R201] on a probability outside (0, 1), [GDM-R221] before a calibration
  [[nodiscard]] double gap_at_most(double probability) const {
    if (!(probability > 0 && probability < 1)) {
      throw Error(Errc::invalid_argument, "gap_at_most", "the probability is " + to_text(probability),
                  "Give a probability between 0 and 1, 0.95 say");
    }
    if (gaps.empty()) throw Error(Errc::not_trained, "gap_at_most", "there is no calibration", "Call calibrate first");
    const double rank = std::ceil(probability * (static_cast<double>(gaps.size()) + 1) - 1e-9);
    if (rank > static_cast<double>(gaps.size())) return std::numeric_limits<double>::infinity();
    return gaps[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
  }
};

GDM_NAMESPACE_END
