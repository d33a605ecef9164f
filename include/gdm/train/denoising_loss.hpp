// SPDX-License-Identifier: MIT
/// @file
/// @brief The denoising loss of Algorithm 1 and its gradient on one tile of rows.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gdm/autodiff/loss.hpp>
#include <gdm/core/crc32.hpp>
#include <gdm/core/random.hpp>
#include <gdm/diffusion/parameterisation.hpp>
#include <gdm/diffusion/schedule.hpp>

GDM_NAMESPACE_BEGIN

/// Standardised training rows, as a network reads them.
template <class S, class Network>
struct EncodedRows {
  std::size_t count = 0;
  std::vector<S> features;  ///< Network::features numbers a row
  std::vector<S> latents;   ///< Network::latents numbers a row
};

/// Mean squared error between the network's output and the target of the parameterisation, at a random step t and with
/// the condition dropped with probability p_uncond (Algorithm 1, Eq. 10 and 14).
template <class S, class Net, Schedule Sched, ParameterisationPolicy Parameterisation>
class DenoisingLoss {
 public:
  using Network = Net;
  static constexpr int tile = Network::tile;
  using Parameters = typename Network::Parameters;

  /// Buffers of one thread.
  struct Workspace {
    typename Network::template Workspace<tile> network;
    Block<S, Network::features, tile> condition;
    Block<S, Network::latents, tile> noisy, target, output, d_output;
    std::array<S, static_cast<std::size_t>(Network::latents) * tile> noise;
    std::array<std::uint32_t, 2 * tile> bits;
    std::array<int, tile> t;
    std::array<bool, tile> dropped;
  };

  explicit DenoisingLoss(EncodedRows<S, Network> rows, double p_uncond)
      : rows_(std::move(rows)), drop_below_(static_cast<std::uint64_t>(p_uncond * 0x1p32)) {
    const NoiseLevels<Sched> levels;
    for (std::size_t t = 1; t <= Sched::steps; ++t) {
      const double signal = levels.alpha_bar[t];
      const LinearMap target = Parameterisation::target(signal);
      table_[t] = {S(std::sqrt(signal)), S(std::sqrt(1 - signal)), S(target.first), S(target.second)};
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return rows_.count; }

  /// Number of rows and a checksum of their bits.
  [[nodiscard]] std::string fingerprint() const {
    const std::uint32_t sum =
        Crc32().add(std::as_bytes(std::span(rows_.features))).add(std::as_bytes(std::span(rows_.latents))).value();
    return std::to_string(rows_.count) + " crc " + std::to_string(sum);
  }

  /// Adds the gradient of `scale` * sum of squared errors over `count` <= tile rows.
  /// @param rows  the rows' numbers
  /// @param id    random numbers of this tile; `id.instance` is taken by the three streams it draws from
  /// @return the sum of squared errors
  double accumulate(const Parameters& parameters, const std::uint32_t* rows, int count, S scale, StreamId id,
                    Workspace& w, Parameters& gradient) const {
    draw(rows, count, id, w);
    Network::forward(parameters, w.noisy, w.condition, w.t.data(), w.dropped.data(), w.network, w.output);
    const S sum = squared_error(w.output, w.target, count, scale, w.d_output);
    Network::pullback(parameters, w.dropped.data(), w.network, w.d_output, gradient);
    return static_cast<double>(sum);
  }

 private:
  struct Levels {
    S signal, noise;               ///< y_t = signal * y_0 + noise * epsilon
    S target_clean, target_noise;  ///< target = target_clean * y_0 + target_noise * epsilon
  };

  /// Lines 2 to 6 of Algorithm 1 for every column; the columns beyond `count` repeat the first row.
  void draw(const std::uint32_t* rows, int count, StreamId id, Workspace& w) const {
    id.instance = 0x7464;
    fill_normal(id, w.noise.data(), w.noise.size());
    id.instance = 0x7473;
    fill_bits(id, w.bits.data(), w.bits.size());
    for (int j = 0; j < tile; ++j) {
      const auto column = static_cast<std::size_t>(j);
      const std::size_t row = rows[j < count ? j : 0];
      w.t[column] = 1 + static_cast<int>((std::uint64_t{w.bits[2 * column]} * Sched::steps) >> 32);
      w.dropped[column] = w.bits[2 * column + 1] < drop_below_;
      const Levels& levels = table_[static_cast<std::size_t>(w.t[column])];
      std::copy_n(rows_.features.data() + row * Network::features, Network::features, w.condition.column(j));
      const S* clean = rows_.latents.data() + row * Network::latents;
      const S* noise = w.noise.data() + column * Network::latents;
      for (int i = 0; i < Network::latents; ++i) {
        w.noisy(i, j) = levels.signal * clean[i] + levels.noise * noise[i];
        w.target(i, j) = levels.target_clean * clean[i] + levels.target_noise * noise[i];
      }
    }
  }

  EncodedRows<S, Network> rows_;
  std::uint64_t drop_below_;
  std::array<Levels, Sched::steps + 1> table_{};
};

GDM_NAMESPACE_END
