// SPDX-License-Identifier: MIT
/// @file
/// @brief Between a problem and a network: features and latents standardised, exchangeable tokens in canonical order.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <span>

#include <gdm/autodiff/block.hpp>
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

/// Rows of a flat token-wise vector that share their statistics: `per_token` numbers repeat `count` times.
struct RowGroups {
  int count = 0;
  int per_token = 0;
  [[nodiscard]] constexpr int group(int row) const noexcept { return row < count * per_token ? row % per_token : row; }
};

/// Fits the statistics of `columns` vectors, calling `column(j)` for each; rows of one group share theirs.
template <int N, class Column>
Standardisation<N> fit_standardisation(std::size_t columns, const RowGroups& groups, const Column& column) {
  std::array<double, N> n{}, mean{}, square{}, low, high;
  low.fill(std::numeric_limits<double>::infinity());
  high.fill(-std::numeric_limits<double>::infinity());
  for (std::size_t j = 0; j < columns; ++j) {
    const Vector<N> v = column(j);
    for (int i = 0; i < N; ++i) {  // Welford's update: no cancellation for a large mean
      const auto g = static_cast<std::size_t>(groups.group(i));
      const double delta = v[i] - mean[g];
      n[g] += 1;
      mean[g] += delta / n[g];
      square[g] += delta * (v[i] - mean[g]);
      low[g] = std::min(low[g], v[i]);
      high[g] = std::max(high[g], v[i]);
    }
  }
  Standardisation<N> s;
  for (int i = 0; i < N; ++i) {
    const auto g = static_cast<std::size_t>(groups.group(i));
    const double deviation = std::sqrt(square[g] / n[g]);
    s.mean[i] = mean[g];
    s.deviation[i] = deviation > 1e-9 * std::max(1.0, std::abs(mean[g])) ? deviation : 1.0;
    s.lowest[i] = (low[g] - s.mean[i]) / s.deviation[i];
    s.highest[i] = (high[g] - s.mean[i]) / s.deviation[i];
  }
  return s;
}

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
  using Order = std::array<int, static_cast<std::size_t>(std::max(1, tokens.count))>;

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
      std::sort(order.begin(), order.end(), less);
    }
    return order;
  }

  /// Features of `x` in canonical order.
  static Features ordered_features(const Condition& x, Order& order) {
    const Features f = Traits::features(x);
    order = canonical_order(f);
    return permuted(f, order, tokens.features);
  }
  /// Latent of a label in canonical order.
  static Latent ordered_latent(const Condition& x, const Solution& y, const Order& order) {
    return permuted(Latent(Traits::encode(x, y)), order, tokens.latents);
  }

  /// Statistics of the training rows; `row(j)` gives the pair (condition, solution) of row j.
  template <class Row>
  static Codec fit(std::size_t rows, const Row& row) {
    Codec codec;
    const int shared = Tied ? tokens.count : 0;
    codec.features = fit_standardisation<feature_size>(rows, {shared, tokens.features}, [&](std::size_t j) {
      Order order;
      return ordered_features(row(j).first, order);
    });
    codec.latents = fit_standardisation<latent_size>(rows, {shared, tokens.latents}, [&](std::size_t j) {
      const auto [x, y] = row(j);
      Order order;
      (void)ordered_features(x, order);
      return ordered_latent(x, y, order);
    });
    return codec;
  }

  /// Writes the standardised features into a column of the network's input.
  template <class S>
  Order encode_condition(const Condition& x, S* column) const {
    Order order;
    const Features f = ordered_features(x, order);
    for (int i = 0; i < feature_size; ++i) {
      const double u = (f[i] - features.mean[i]) / features.deviation[i];
      // Far outside the training range the network knows nothing: the edge is the best guess, and always finite.
      column[i] = S(std::clamp(u, features.lowest[i] - reach, features.highest[i] + reach));
    }
    return order;
  }

  /// Writes the standardised latent of a label into a column.
  template <class S>
  void encode_solution(const Condition& x, const Solution& y, const Order& order, S* column) const {
    const Latent z = ordered_latent(x, y, order);
    for (int i = 0; i < latent_size; ++i) column[i] = S((z[i] - latents.mean[i]) / latents.deviation[i]);
  }

  /// The feasible solution that a standardised latent stands for.
  template <class S>
  Solution decode(const Condition& x, const Order& order, const S* column) const {
    Latent z;
    for (int i = 0; i < latent_size; ++i) {
      const int to = unordered_row(i, order);
      z[to] = latents.mean[i] + latents.deviation[i] * static_cast<double>(column[i]);
    }
    return Traits::decode(x, z);
  }

 private:
  static int unordered_row(int row, const Order& order) {
    if (row >= tokens.count * tokens.latents) return row;
    return order[static_cast<std::size_t>(row / tokens.latents)] * tokens.latents + row % tokens.latents;
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
