// SPDX-License-Identifier: MIT
/// @file
/// @brief Mean, deviation and range of features and latents, shared by the tokens of a problem where that is asked for.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gdm/core/vector.hpp>

GDM_NAMESPACE_BEGIN

/// Mean, standard deviation and range of every row of a set of vectors. Rows that never change get the deviation 1.
template <int N>
struct Standardisation {
  Vector<N> mean = Vector<N>::Zero();
  Vector<N> deviation = Vector<N>::Ones();
  Vector<N> lowest = Vector<N>::Zero();   ///< in units of deviations from the mean
  Vector<N> highest = Vector<N>::Zero();  ///< in units of deviations from the mean
};

/// Which rows of a flat vector share their statistics: those that hold the same number of different tokens.
struct RowGroups {
  int count = 0;      ///< tokens that share; 0 = every row has statistics of its own
  int per_token = 0;  ///< rows of one token
  [[nodiscard]] constexpr int group(int row) const noexcept {
    const int tokens = count * per_token;
    return row < tokens ? row % per_token : row - tokens + (count > 0 ? per_token : 0);
  }
};

/// Mean, variance and range of each group of rows, gathered in one pass without cancellation (Welford 1962).
class GroupStatistics {
 public:
  /// @param tokens  tokens of `groups` that are present, the first ones; the rows of the others are left out
  template <int N>
  void add(const Vector<N>& v, const RowGroups& groups, int tokens) {
    for (int i = 0; i < N; ++i) {
      if (i >= tokens * groups.per_token && i < groups.count * groups.per_token) continue;
      const auto g = static_cast<std::size_t>(groups.group(i));
      if (g >= groups_.size()) groups_.resize(g + 1);
      Group& s = groups_[g];
      const double delta = v[i] - s.mean;
      s.count += 1;
      s.mean += delta / s.count;
      s.square += delta * (v[i] - s.mean);
      s.low = std::min(s.low, v[i]);
      s.high = std::max(s.high, v[i]);
    }
  }

  template <int N>
  [[nodiscard]] Standardisation<N> standardisation(const RowGroups& groups) const {
    Standardisation<N> result;
    for (int i = 0; i < N; ++i) {
      const auto g = static_cast<std::size_t>(groups.group(i));
      if (g >= groups_.size() || groups_[g].count == 0) continue;  // no instance had such a token
      const Group& s = groups_[g];
      const double deviation = std::sqrt(s.square / s.count);
      result.mean[i] = s.mean;
      result.deviation[i] = deviation > 1e-12 * std::abs(s.mean) ? deviation : 1.0;  // relative: units may be tiny
      result.lowest[i] = (s.low - s.mean) / result.deviation[i];
      result.highest[i] = (s.high - s.mean) / result.deviation[i];
    }
    return result;
  }

 private:
  struct Group {
    double count = 0, mean = 0, square = 0;
    double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  };
  std::vector<Group> groups_;
};

/// Statistics of the features and latents of training rows, for problems of one family and any size.
struct CodecStatistics {
  GroupStatistics features;
  GroupStatistics latents;
};

GDM_NAMESPACE_END
