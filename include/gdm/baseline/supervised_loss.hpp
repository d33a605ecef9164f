// SPDX-License-Identifier: MIT
/// @file
/// @brief The supervised loss of the MTFNN on one tile of rows: cross-entropy on decisions, squared error on numbers.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include <gdm/core/random.hpp>
#include <gdm/train/encoded_rows.hpp>

GDM_NAMESPACE_BEGIN

/// Sum over rows and outputs of log(1 + e^o) - c o for a decision c in {0, 1}, and of (o - z)^2 for a number z.
/// @tparam Heads  `Heads::decision(row)`, true for a row of the latent that is a decision
template <class S, class Net, class Heads>
class SupervisedLoss {
 public:
  using Network = Net;
  using Parameters = typename Network::Parameters;
  static constexpr int tile = Network::tile;

  /// Buffers of one thread.
  struct Workspace {
    typename Network::template Workspace<tile> network;
    Block<S, Network::features, tile> condition;
    Block<S, Network::inputs, tile> nothing;
    Block<S, Network::latents, tile> output, d_output;
    std::array<int, tile> t, tokens;
    std::array<bool, tile> dropped;
  };

  /// @param rows  labels: standardised numbers, and 0 or 1 for decisions
  explicit SupervisedLoss(EncodedRows<S, Network> rows) : rows_(std::move(rows)) {}

  [[nodiscard]] std::size_t size() const noexcept { return rows_.count; }
  [[nodiscard]] double total(const std::uint32_t* rows, std::size_t count) const { return rows_.total(rows, count); }

  /// Adds the gradient of `scale` * loss over `count` <= tile rows; returns the loss. Nothing here is random.
  double accumulate(const Parameters& parameters, const std::uint32_t* rows, int count, S scale, StreamId, Workspace& w,
                    Parameters& gradient) const {
    w.t.fill(1);
    w.dropped.fill(false);
    w.nothing = {};
    for (int j = 0; j < tile; ++j) {
      const std::size_t row = rows[j < count ? j : 0];
      std::copy_n(rows_.features.data() + row * Network::features, Network::features, w.condition.column(j));
      if (!rows_.tokens.empty()) w.tokens[static_cast<std::size_t>(j)] = rows_.tokens[row];
    }
    Network::forward(parameters, w.nothing, w.condition, w.t.data(), w.dropped.data(),
                     rows_.tokens.empty() ? nullptr : w.tokens.data(), w.network, w.output);
    double sum = 0;
    w.d_output = {};
    for (int j = 0; j < count; ++j) {
      const S* label = rows_.latents.data() + std::size_t{rows[j]} * Network::latents;
      const S weight = rows_.weight_of(rows[j]);
      for (int i = 0; i < rows_.latents_of(rows[j]); ++i) {
        const S o = w.output(i, j);
        if (Heads::decision(i)) {
          const S tail = std::exp(-std::abs(o));
          sum += static_cast<double>(weight * (std::max(o, S(0)) + std::log1p(tail) - label[i] * o));
          const S probability = o >= 0 ? 1 / (1 + tail) : tail / (1 + tail);
          w.d_output(i, j) = scale * weight * (probability - label[i]);
        } else {
          const S error = o - label[i];
          sum += static_cast<double>(weight * error * error);
          w.d_output(i, j) = scale * 2 * weight * error;
        }
      }
    }
    Network::pullback(parameters, w.dropped.data(), w.network, w.d_output, gradient);
    return sum;
  }

 private:
  EncodedRows<S, Network> rows_;
};

GDM_NAMESPACE_END
