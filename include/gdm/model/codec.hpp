// SPDX-License-Identifier: MIT
/// @file
/// @brief Between a problem and a network: features and latents standardised, exchangeable tokens in canonical order.
#pragma once

#include <algorithm>
#include <array>

#include <gdm/model/standardisation.hpp>
#include <gdm/optimum/short_sort.hpp>
#include <gdm/problem/problem.hpp>

GDM_NAMESPACE_BEGIN

/// Turns conditions into what the network reads and latents into solutions: the model's first and last layer.
///
/// A problem with tokens has no order among them: they are sorted by their features first and put back at the end, so
/// that permuted conditions give permuted solutions bit for bit, whatever the network. Absent tokens come last.
/// @tparam Tied  true if all tokens share their statistics, which a network for any number of tokens needs
template <Problem P, bool Tied>
struct Codec {
  using ProblemType = P;
  using Traits = ProblemTraits<P>;
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  using Features = typename Traits::Features;
  using Latent = typename Traits::Latent;
  static constexpr int feature_size = Traits::feature_size;
  static constexpr int latent_size = Traits::latent_size;
  static constexpr TokenLayout tokens = Traits::tokens;
  static constexpr int column_size = feature_size + tokens.pair_size();  ///< rows of a condition's column
  static constexpr RowGroups feature_groups{Tied ? tokens.count : 0, tokens.features};
  static constexpr RowGroups latent_groups{Tied ? tokens.count : 0, tokens.latents};
  static constexpr std::size_t register_alignment = EIGEN_MAX_ALIGN_BYTES > 16 ? EIGEN_MAX_ALIGN_BYTES : 16;
  using Order = std::array<int, static_cast<std::size_t>(std::max(1, tokens.count))>;

  /// A condition and what is found out about it once, for all of its labels and answers.
  struct alignas(register_alignment) Instance {
    Condition x;
    typename Traits::Context context;
    Order order{};    ///< its tokens' numbers in canonical order, the absent ones last
    int tokens = 0;   ///< number of present ones
    int latents = 0;  ///< latent numbers of the present tokens and of none: what is diffused
  };

  /// Standard deviations beyond the training range in which a condition is still passed on as it is.
  static constexpr double clamp_margin = 3;

  Standardisation<feature_size> features;
  Standardisation<latent_size> latents;

  explicit Codec(const CodecStatistics& statistics)
      : features(statistics.features.standardisation<feature_size>(feature_groups)),
        latents(statistics.latents.standardisation<latent_size>(latent_groups)) {}
  Codec() = default;

  // Of each function below there is one copy, and what it hands to the problem is aligned, which aligns the frames of all
  // that it calls: compilers may fuse other multiply-adds in another copy, and Eigen may add in another order at another
  // address. What `solve` answers must be what `solve_batch` answers, bit for bit.

  /// Fills in an instance; its features in canonical order, tokens in rising order of their features, in problem units.
  GDM_ONE_COPY static void describe(const Condition& x, Instance& instance, Features& ordered) {
    instance.x = x;
    instance.context = Traits::context(instance.x);
    const Aligned<Features> f{Traits::features(instance.x, instance.context)};
    instance.tokens = canonical_order(instance.x, f.value, instance.order);
    instance.latents = latent_size - (tokens.count - instance.tokens) * tokens.latents;
    ordered = permuted(f.value, instance.order, tokens.features);
  }
  /// The latent of a label in canonical order, in problem units.
  GDM_ONE_COPY static Latent describe(const Instance& instance, const Solution& label) {
    const Aligned<Solution> y{label};
    return permuted(Latent(Traits::encode(instance.x, y.value, instance.context)), instance.order, tokens.latents);
  }
  /// Adds a training row to the statistics.
  static void gather(const Features& f, const Latent& z, int present, CodecStatistics& statistics) {
    statistics.features.add(f, feature_groups, present);
    statistics.latents.add(z, latent_groups, present);
  }

  template <class S>
  void standardise(const Features& f, S* column) const {
    for (int i = 0; i < feature_size; ++i) column[i] = S(standardised(f[i], i));
  }
  /// Zero for absent tokens.
  template <class S>
  void standardise(const Latent& z, const Instance& instance, S* column) const {
    for (int i = 0; i < latent_size; ++i)
      column[i] = i < instance.latents ? S((z[i] - latents.mean[i]) / latents.deviation[i]) : S(0);
  }
  /// Writes the numbers of an instance's pairs, as they are.
  template <class S>
  GDM_ONE_COPY static void write_pairs([[maybe_unused]] const Instance& instance, [[maybe_unused]] S* to) {
    if constexpr (detail::has_pair_features<P>) {
      constexpr int M = tokens.count, C = tokens.pair_features;
      const Aligned<Vector<tokens.pair_size()>> pairs{Traits::pair_features(instance.x, instance.context)};
      if (instance.tokens < M) std::fill_n(to, tokens.pair_size(), S(0));  // a dense network reads them all
      const auto place = [&](int token) { return instance.order[static_cast<std::size_t>(token)]; };
      for (int i = 0; i < instance.tokens; ++i)
        for (int j = 0; j < instance.tokens; ++j)
          for (int c = 0; c < C; ++c) to[(i * M + j) * C + c] = S(pairs.value[(place(i) * M + place(j)) * C + c]);
    }
  }

  /// Fills in an instance and its column of the network's input: standardised features, then the numbers of pairs.
  template <class S>
  GDM_ONE_COPY void encode_condition(const Condition& x, Instance& instance, S* column) const {
    Features f;
    describe(x, instance, f);
    standardise(f, column);
    write_pairs(instance, column + feature_size);
  }
  /// Writes the standardised latent of a solution into a column.
  template <class S>
  GDM_ONE_COPY void encode_solution(const Solution& y, const Instance& instance, S* column) const {
    standardise(describe(instance, y), instance, column);
  }

  /// The feasible solution that a standardised latent stands for.
  template <class S>
  GDM_ONE_COPY Solution decode(const Instance& instance, const S* column) const {
    const Aligned<Latent> z{latent(instance, column)};
    return Traits::decode(instance.x, z.value, instance.context);
  }

  /// What the problem makes of a noisy latent for the network's next step, in canonical order; zero for absent tokens.
  template <class S>
  GDM_ONE_COPY void step_features(const Instance& instance, const S* column, S* to) const {
    const Aligned<Latent> z{latent(instance, column)};
    const auto f = Traits::step_features(instance.x, z.value, instance.context);
    for (int i = 0; i < instance.tokens; ++i)
      for (int k = 0; k < tokens.step_features; ++k)
        to[i * tokens.step_features + k] = S(f[instance.order[static_cast<std::size_t>(i)] * tokens.step_features + k]);
    std::fill(to + instance.tokens * tokens.step_features, to + tokens.count * tokens.step_features, S(0));
  }

  /// The problem's objective, violation, projection and refinement of a solution, likewise.
  GDM_ONE_COPY static double objective(const Instance& instance, const Solution& solution) {
    const Aligned<Solution> y{solution};
    return Traits::objective(instance.x, y.value, instance.context);
  }
  /// @copydoc objective
  GDM_ONE_COPY static double violation(const Instance& instance, const Solution& solution) {
    const Aligned<Solution> y{solution};
    return Traits::violation(instance.x, y.value, instance.context);
  }
  /// @copydoc objective
  GDM_ONE_COPY static Solution project(const Instance& instance, const Solution& solution) {
    const Aligned<Solution> y{solution};
    return Traits::project(instance.x, y.value, instance.context);
  }
  /// @copydoc objective
  GDM_ONE_COPY static Solution refine(const Instance& instance,
                                      const Solution& solution) requires(detail::has_refine<P>) {
    const Aligned<Solution> y{solution};
    return Traits::refine(instance.x, y.value, instance.context);
  }

 private:
  template <class V>
  struct alignas(register_alignment) Aligned {
    V value;
  };

  /// Fills in the order and returns the number of present tokens.
  static int canonical_order(const Condition& x, const Features& f, Order& order) {
    int count = 0;
    for (int i = 0; i < tokens.count; ++i)
      if (Traits::present(x, i)) order[static_cast<std::size_t>(count++)] = i;
    if constexpr (tokens.count > 1) {
      const auto less = [&](int a, int b) {
        for (int k = 0; k < tokens.features; ++k) {
          const double u = f[a * tokens.features + k], v = f[b * tokens.features + k];
          if (u != v) return u < v;
        }
        return a < b;
      };
      short_sort(order, static_cast<std::size_t>(count), less);
    }
    if constexpr (detail::has_present<P>) {
      for (int i = 0, last = count; i < tokens.count; ++i)
        if (!Traits::present(x, i)) order[static_cast<std::size_t>(last++)] = i;
    }
    return count;
  }

  [[nodiscard]] double standardised(double feature, int i) const {
    if (features.highest[i] <= features.lowest[i]) return 0;  // it never varied: nothing was learned about it
    const double u = (feature - features.mean[i]) / features.deviation[i];
    // Far outside the training range the network knows nothing: the edge is the best guess, and always finite.
    return std::clamp(u, features.lowest[i] - clamp_margin, features.highest[i] + clamp_margin);
  }

  /// The latent in the problem's units and order; zero for absent tokens.
  template <class S>
  [[nodiscard]] Latent latent(const Instance& instance, const S* column) const {
    Latent z = Latent::Zero();
    for (int i = 0; i < instance.latents; ++i)
      z[unordered_row(i, instance.order)] = latents.mean[i] + latents.deviation[i] * static_cast<double>(column[i]);
    return z;
  }
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
