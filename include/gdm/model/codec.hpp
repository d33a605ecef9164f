// SPDX-License-Identifier: MIT
/// @file
/// @brief Between a problem and a network: features and latents standardised, exchangeable tokens in canonical order.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include <gdm/autodiff/block.hpp>
#include <gdm/optimum/short_sort.hpp>
#include <gdm/problem/problem.hpp>

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
  template <int N>
  void add(const Vector<N>& v, const RowGroups& groups) {
    for (int i = 0; i < N; ++i) {
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
      const Group& s = groups_[static_cast<std::size_t>(groups.group(i))];
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

/// Turns conditions into what the network reads and latents into solutions.
///
/// A problem with tokens has no order among them: they are sorted by their features first and put back at the end, so
/// that permuted conditions give permuted solutions bit for bit, whatever the network.
/// @tparam Tied  true if all tokens share their statistics, which a network for any number of tokens needs
template <Problem P, bool Tied>
struct Codec {
  using Traits = ProblemTraits<P>;
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  using Features = typename Traits::Features;
  using Latent = typename Traits::Latent;
  static constexpr int feature_size = Traits::feature_size;
  static constexpr int latent_size = Traits::latent_size;
  static constexpr TokenLayout tokens = [] {
    if constexpr (Traits::has_tokens) {
      return TokenLayout(P::tokens);
    } else {
      return TokenLayout{};
    }
  }();
  static constexpr RowGroups feature_groups{Tied ? tokens.count : 0, tokens.features};
  static constexpr RowGroups latent_groups{Tied ? tokens.count : 0, tokens.latents};
  using Order = std::array<int, static_cast<std::size_t>(std::max(1, tokens.count))>;

  /// What is found out about a condition when it is encoded, and needed again for its labels and answers.
  struct Encoded {
    Order order{};  ///< its tokens' numbers in canonical order
    typename Traits::Context context;
  };

  /// Standard deviations beyond the training range in which a condition is still passed on as it is.
  static constexpr double reach = 3;

  Standardisation<feature_size> features;
  Standardisation<latent_size> latents;

  /// The tokens' numbers in rising order of their features, the first one first.
  static Order canonical_order(const Features& f) {
    Order order{};
    for (int i = 0; i < tokens.count; ++i) order[static_cast<std::size_t>(i)] = i;
    if constexpr (tokens.count > 1) {
      const auto less = [&](int a, int b) {
        for (int k = 0; k < tokens.features; ++k) {
          const double u = f[a * tokens.features + k], v = f[b * tokens.features + k];
          if (u != v) return u < v;
        }
        return a < b;
      };
      short_sort(order, order.size(), less);
    }
    return order;
  }

  /// Features of `x` in canonical order.
  static Features ordered_features(const Condition& x, Encoded& encoded) {
    encoded.context = Traits::context(x);
    const Features f = Traits::features(x, encoded.context);
    encoded.order = canonical_order(f);
    return permuted(f, encoded.order, tokens.features);
  }
  /// Latent of a label in canonical order.
  static Latent ordered_latent(const Condition& x, const Solution& y, const Encoded& encoded) {
    return permuted(Latent(Traits::encode(x, y, encoded.context)), encoded.order, tokens.latents);
  }

  /// Adds a training row to the statistics.
  static void gather(const Condition& x, const Solution& y, CodecStatistics& statistics) {
    Encoded encoded;
    statistics.features.add(ordered_features(x, encoded), feature_groups);
    statistics.latents.add(ordered_latent(x, y, encoded), latent_groups);
  }

  explicit Codec(const CodecStatistics& statistics)
      : features(statistics.features.standardisation<feature_size>(feature_groups)),
        latents(statistics.latents.standardisation<latent_size>(latent_groups)) {}
  Codec() = default;

  // The next three are never inlined: compilers may use other multiply-adds in every inlined copy of a problem's
  // functions, and what `solve` answers must be what `solve_batch` answers, bit for bit.

  /// Writes the standardised features into a column of the network's input.
  template <class S>
  GDM_ONE_COPY Encoded encode_condition(const Condition& x, S* column) const {
    Encoded encoded;
    const Features f = ordered_features(x, encoded);
    for (int i = 0; i < feature_size; ++i) {
      const double u = (f[i] - features.mean[i]) / features.deviation[i];
      // Far outside the training range the network knows nothing: the edge is the best guess, and always finite.
      column[i] = S(std::clamp(u, features.lowest[i] - reach, features.highest[i] + reach));
    }
    return encoded;
  }

  /// Writes the standardised latent of a label into a column.
  template <class S>
  GDM_ONE_COPY void encode_solution(const Condition& x, const Solution& y, const Encoded& encoded, S* column) const {
    const Latent z = ordered_latent(x, y, encoded);
    for (int i = 0; i < latent_size; ++i) column[i] = S((z[i] - latents.mean[i]) / latents.deviation[i]);
  }

  /// The feasible solution that a standardised latent stands for.
  template <class S>
  GDM_ONE_COPY Solution decode(const Condition& x, const Encoded& encoded, const S* column) const {
    Latent z;
    for (int i = 0; i < latent_size; ++i) {
      const int to = unordered_row(i, encoded.order);
      z[to] = latents.mean[i] + latents.deviation[i] * static_cast<double>(column[i]);
    }
    return Traits::decode(x, z, encoded.context);
  }

 private:
  static int unordered_row(int row, const Order& order) {
    constexpr int per_token = std::max(1, tokens.latents);  // no division by zero where tokens have no latents
    if (row >= tokens.count * tokens.latents) return row;
    return order[static_cast<std::size_t>(row / per_token)] * per_token + row % per_token;
  }
  template <class V>
  static V permuted(const V& v, const Order& order, int per_token) {
    V sorted = v;
    for (int i = 0; i < tokens.count; ++i)
      for (int k = 0; k < per_token; ++k)
        sorted[i * per_token + k] = v[order[static_cast<std::size_t>(i)] * per_token + k];
    return sorted;
  }
};

GDM_NAMESPACE_END
