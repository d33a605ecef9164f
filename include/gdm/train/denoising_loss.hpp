// SPDX-License-Identifier: MIT
/// @file
/// @brief The denoising loss of Algorithm 1 and its gradient on one tile of rows.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include <gdm/autodiff/loss.hpp>
#include <gdm/core/random.hpp>
#include <gdm/diffusion/parameterisation.hpp>
#include <gdm/diffusion/schedule.hpp>
#include <gdm/train/encoded_rows.hpp>

GDM_NAMESPACE_BEGIN

/// The step features of training rows, for problems that have none.
struct NoStepFeatures {
  template <class S>
  void operator()(std::size_t, const S*, S*) const noexcept {}
};

/// Mean squared error between the network's output and the target of the parameterisation, at a random step t and with
/// the condition dropped with probability p_uncond (Algorithm 1, Eq. 10 and 14). Rows may have weights, and latents of
/// absent tokens do not count.
/// @tparam StepFeatures  called as step_features(row, noisy latent, to)
template <class S, class Net, Schedule Sched, ParameterisationPolicy Parameterisation,
          class StepFeatures = NoStepFeatures>
class DenoisingLoss {
 public:
  using Network = Net;
  static constexpr int tile = Network::tile;
  using Parameters = typename Network::Parameters;

  /// Buffers of one thread.
  struct Workspace {
    typename Network::template Workspace<tile> network;
    Block<S, Network::features, tile> condition;
    Block<S, Network::inputs, tile> noisy;
    Block<S, Network::latents, tile> target, output, d_output;
    std::array<S, static_cast<std::size_t>(Network::latents) * tile> noise;
    std::array<std::uint32_t, 2 * tile> bits;
    std::array<int, tile> t, tokens;
    std::array<bool, tile> dropped;
    std::array<S, tile> weight;
  };

  explicit DenoisingLoss(EncodedRows<S, Network> rows, double p_uncond, StepFeatures step_features = {})
      : rows_(std::move(rows)),
        step_features_(std::move(step_features)),
        drop_below_(static_cast<std::uint64_t>(p_uncond * 0x1p32)) {
    const NoiseLevels<Sched> levels;
    for (std::size_t t = 1; t <= Sched::steps; ++t) {
      const double alpha_bar = levels.alpha_bar[t];
      const LinearMap target = Parameterisation::target(alpha_bar);
      table_[t] = {S(std::sqrt(alpha_bar)), S(std::sqrt(1 - alpha_bar)), S(target.first), S(target.second)};
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return rows_.count; }
  [[nodiscard]] std::string fingerprint() const { return rows_.fingerprint(); }

  /// What the sums of `accumulate` over a batch are divided by: its rows' weights times their outputs.
  [[nodiscard]] double total(const std::uint32_t* rows, std::size_t count) const { return rows_.total(rows, count); }

  /// Adds the gradient of `scale` * sum of squared errors over `count` <= tile rows.
  /// @param rows  the rows' numbers
  /// @param id    random numbers of this tile; `id.instance` is taken by the streams it draws from
  /// @return the sum of squared errors, weighted
  double accumulate(const Parameters& parameters, const std::uint32_t* rows, int count, S scale, StreamId id,
                    Workspace& w, Parameters& gradient) const {
    draw(rows, count, id, w);
    Network::forward(parameters, w.noisy, w.condition, w.t.data(), w.dropped.data(),
                     rows_.tokens.empty() ? nullptr : w.tokens.data(), w.network, w.output);
    const S sum =
        squared_error(w.output, w.target, count, scale, w.d_output, rows_.weights.empty() ? nullptr : w.weight.data());
    Network::pullback(parameters, w.dropped.data(), w.network, w.d_output, gradient);
    return static_cast<double>(sum);
  }

 private:
  struct Levels {
    S sqrt_alpha_bar, sqrt_rest;   ///< y_t = sqrt_alpha_bar * y_0 + sqrt_rest * epsilon
    S target_clean, target_noise;  ///< target = target_clean * y_0 + target_noise * epsilon
  };

  /// Lines 2 to 6 of Algorithm 1 for every column; the columns beyond `count` repeat the first row.
  void draw(const std::uint32_t* rows, int count, StreamId id, Workspace& w) const {
    id.instance = for_training_noise;
    fill_normal(id, w.noise.data(), w.noise.size());
    id.instance = for_training_steps;
    fill_bits(id, w.bits.data(), w.bits.size());
    for (int j = 0; j < tile; ++j) {
      const auto column = static_cast<std::size_t>(j);
      const std::size_t row = rows[j < count ? j : 0];
      w.t[column] = 1 + static_cast<int>((std::uint64_t{w.bits[2 * column]} * Sched::steps) >> 32);
      w.dropped[column] = w.bits[2 * column + 1] < drop_below_;
      w.weight[column] = rows_.weight_of(row);
      if (!rows_.tokens.empty()) w.tokens[column] = rows_.tokens[row];
      const Levels& levels = table_[static_cast<std::size_t>(w.t[column])];
      std::copy_n(rows_.features.data() + row * Network::features, Network::features, w.condition.column(j));
      const S* clean = rows_.latents.data() + row * Network::latents;
      const S* noise = w.noise.data() + column * Network::latents;
      const int in_use = rows_.latents_of(row);
      for (int i = 0; i < Network::latents; ++i) {
        const bool used = i < in_use;
        w.noisy(i, j) = used ? simd::fma(levels.sqrt_alpha_bar, clean[i], levels.sqrt_rest * noise[i]) : S(0);
        w.target(i, j) = used ? simd::fma(levels.target_clean, clean[i], levels.target_noise * noise[i]) : S(0);
      }
      step_features_(row, w.noisy.column(j), w.noisy.column(j) + Network::latents);
    }
  }

  EncodedRows<S, Network> rows_;
  StepFeatures step_features_;
  std::uint64_t drop_below_;
  std::array<Levels, Sched::steps + 1> table_{};
};

GDM_NAMESPACE_END
