// SPDX-License-Identifier: MIT
/// @file
/// @brief Training rows as a network reads them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gdm/core/crc32.hpp>
#include <gdm/core/parallel.hpp>
#include <gdm/data/dataset.hpp>
#include <gdm/model/codec.hpp>

GDM_NAMESPACE_BEGIN

/// Standardised training rows of a network.
template <class S, class Network>
struct EncodedRows {
  std::size_t count = 0;
  std::vector<S> features{};  ///< Network::features numbers a row
  std::vector<S> latents{};   ///< Network::latents numbers a row
  std::vector<int> tokens{};  ///< present tokens of a row; empty: all are present in every row
  std::vector<int> in_use{};  ///< latents of the present tokens and of none; empty: all of them
  std::vector<S> weights{};   ///< of a row in the loss; empty: all are 1

  [[nodiscard]] int latents_of(std::size_t row) const { return in_use.empty() ? Network::latents : in_use[row]; }
  [[nodiscard]] S weight_of(std::size_t row) const { return weights.empty() ? S(1) : weights[row]; }

  /// What a mean over these rows is divided by: the sum of their weights times their outputs.
  [[nodiscard]] double total(const std::uint32_t* rows, std::size_t n) const {
    if (in_use.empty() && weights.empty()) return static_cast<double>(n) * Network::latents;
    double sum = 0;
    for (std::size_t k = 0; k < n; ++k) sum += static_cast<double>(weight_of(rows[k])) * latents_of(rows[k]);
    return sum;
  }

  /// Number of rows and a checksum of their bits.
  [[nodiscard]] std::string fingerprint() const {
    const auto crc = [](const auto&... lists) {
      Crc32 sum;
      (sum.add(std::as_bytes(std::span(lists))), ...);
      return std::to_string(sum.value());
    };
    std::string text = std::to_string(count) + " crc " + crc(features, latents);
    if (!tokens.empty()) text += " tokens " + crc(tokens);
    if (!weights.empty()) text += " weights " + crc(weights);
    return text;
  }
};

/// Rows of problem P on their way to a network: computed once each, and standardised when the statistics of all are known.
template <class S, class Network, Problem P>
struct DescribedRows {
  using ProblemCodec = Codec<P, Network::tied>;
  using Instance = typename ProblemCodec::Instance;
  static_assert(ProblemCodec::column_size == Network::features && ProblemCodec::latent_size == Network::latents);
  std::vector<typename ProblemCodec::Features> features;
  std::vector<typename ProblemCodec::Latent> latents;
  std::vector<Instance> instances;  ///< kept only where step features are computed from them in training
  EncodedRows<S, Network> rows;

  DescribedRows(const Dataset<P>& data, int threads) : features(data.size()), latents(data.size()) {
    rows.count = data.size();
    rows.features.resize(rows.count * Network::features);
    rows.latents.resize(rows.count * Network::latents);
    if constexpr (detail::has_present<P>) {
      rows.tokens.resize(rows.count);
      rows.in_use.resize(rows.count);
    }
    if constexpr (detail::has_step_features<P>) instances.resize(rows.count);
    for (std::size_t i = 0; i < data.weights.size(); ++i) rows.weights.push_back(S(data.weights(i)));
    in_pieces(threads, [&](std::size_t i, Instance& instance) {
      ProblemCodec::describe(data.condition(i), instance, features[i]);
      latents[i] = ProblemCodec::describe(instance, data.solution(i));
      ProblemCodec::write_pairs(instance, rows.features.data() + i * Network::features + ProblemCodec::feature_size);
      if constexpr (detail::has_present<P>) {
        rows.tokens[i] = instance.tokens;
        rows.in_use[i] = instance.latents;
      }
      if constexpr (detail::has_step_features<P>) instances[i] = instance;
    });
  }

  /// Rows of weight 0 are left out here as they are in the loss.
  void gather(CodecStatistics& statistics) const {
    for (std::size_t i = 0; i < rows.count; ++i)
      if (rows.weight_of(i) > 0) ProblemCodec::gather(features[i], latents[i], tokens_of(i), statistics);
  }

  /// Writes the standardised columns, and lets go of what they were made from.
  void standardise(const ProblemCodec& codec, int threads) {
    in_pieces(threads, [&](std::size_t i, Instance& instance) {
      instance.latents = rows.latents_of(i);
      codec.standardise(features[i], rows.features.data() + i * Network::features);
      codec.standardise(latents[i], instance, rows.latents.data() + i * Network::latents);
    });
    features = {};
    latents = {};
  }

 private:
  [[nodiscard]] int tokens_of(std::size_t i) const {
    return rows.tokens.empty() ? ProblemCodec::tokens.count : rows.tokens[i];
  }
  template <class F>
  void in_pieces(int threads, const F& f) const {
    constexpr std::size_t piece = 256;
    parallel_for(static_cast<int>((rows.count + piece - 1) / piece), thread_count(threads), [&](int k) {
      const std::size_t begin = static_cast<std::size_t>(k) * piece;
      const auto instance = std::make_unique<Instance>();
      for (std::size_t i = begin; i < std::min(rows.count, begin + piece); ++i) f(i, *instance);
    });
  }
};

GDM_NAMESPACE_END
