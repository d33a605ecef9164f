// SPDX-License-Identifier: MIT
/// @file
/// @brief The reverse process: from noise to a latent, under classifier-free guidance, for a batch of columns.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include <gdm/autodiff/block.hpp>
#include <gdm/core/random.hpp>
#include <gdm/diffusion/parameterisation.hpp>
#include <gdm/diffusion/sampler.hpp>
#include <gdm/diffusion/schedule.hpp>

GDM_NAMESPACE_BEGIN

/// Which random numbers a column uses.
struct ColumnKey {
  std::uint64_t seed = 0;
  std::uint32_t sample = 0;
};

/// Runs a sampler's updates with a denoiser. Everything that depends on neither weights nor condition is worked out in
/// the constructor; a column's result does not depend on the other columns.
/// @tparam Network  what a denoiser policy makes of a problem's shape (see gdm/nn/denoiser.hpp)
template <class S, class Network, Schedule Sched, ParameterisationPolicy Parameterisation, SamplerPolicy Sampler>
class ReverseProcess {
 public:
  static constexpr int latents = Network::latents;
  static constexpr int steps = Sampler::steps(Sched::steps);

 private:
  static constexpr std::uint32_t purpose = 0x736f;  // keeps these streams apart from those of training and generation
  static constexpr int noise_steps = Sampler::stochastic ? steps : 1;
  /// Noise of several steps is drawn in one go while it is small: a few numbers alone would waste most of a register.
  static constexpr int noise_at_once = latents * noise_steps <= 512 ? noise_steps : 1;

 public:
  template <int B>
  using Latents = Block<S, latents, B>;

  /// Buffers of one batch of up to B columns.
  template <int B>
  struct Scratch {
    typename Network::template Scratch<B> network;
    Block<S, latents, 2 * B> output;
    Latents<B> previous;  ///< the clean latents predicted in the step before
    S noise[B][static_cast<std::size_t>(latents) * noise_at_once];
  };

  ReverseProcess() {
    const NoiseLevels<Sched> levels;
    const auto updates = Sampler::updates(levels);
    for (std::size_t k = 0; k < updates.size(); ++k) {
      const Update& u = updates[k];
      const LinearMap x = Parameterisation::clean(levels.alpha_bar[static_cast<std::size_t>(u.t)]);
      table_[k] = {u.t, S(x.first), S(x.second), S(u.clean), S(u.previous), S(u.latent), S(u.noise)};
    }
  }

  /// Denoises `n` <= B columns.
  /// @param instance  the network's view of each column's condition
  /// @param keys      random numbers of each column
  /// @param low,high  range of the clean latent in the training data: predictions are clamped to it if the sampler clips
  /// @param omega     guidance weight of Eq. 12: (1 + omega) conditional - omega unconditional
  /// @param observe   called as observe(k, y) before update k = 0 .. steps - 1 and, with k = steps, at the end
  template <bool guided, int B, class Observer>
  void run(const typename Network::Parameters& parameters, const typename Network::Tables& tables,
           const typename Network::template Instance<B>& instance, int n, const ColumnKey* keys,
           const Block<S, latents, 1>& low, const Block<S, latents, 1>& high, S omega, Scratch<B>& scratch,
           Latents<B>& y, const Observer& observe) const {
    const auto draw = [&](int first) {
      for (int j = 0; j < n; ++j) {
        const StreamId id{keys[j].seed, purpose, keys[j].sample, static_cast<std::uint32_t>(first)};
        fill_normal_steps(id, std::min(noise_at_once, noise_steps - first), latents, scratch.noise[j]);
      }
    };
    draw(0);
    for (int j = 0; j < n; ++j) {
      std::copy_n(scratch.noise[j], latents, y.column(j));
      std::fill_n(scratch.previous.column(j), Latents<B>::stride, S(0));
    }
    for (int k = 0; k < steps; ++k) {
      observe(k, y);
      Network::template predict<guided>(parameters, tables, table_[static_cast<std::size_t>(k)].t, y, instance, n,
                                        scratch.network, scratch.output);
      const int drawn = (k + 1) % noise_at_once;
      const bool noisy = Sampler::stochastic && k + 1 < steps;
      if (noisy && drawn == 0) draw(k + 1);
      for (int j = 0; j < n; ++j) {
        update<guided>(table_[static_cast<std::size_t>(k)], omega, scratch.output.column(j),
                       scratch.output.column(guided ? n + j : j), low.data, high.data, scratch.previous.column(j),
                       y.column(j));
        if (noisy)
          add_noise(table_[static_cast<std::size_t>(k)].noise, scratch.noise[j] + drawn * latents, y.column(j));
        if (k < Sampler::normalised_steps) normalise(y.column(j));
      }
    }
    observe(steps, y);
  }

 private:
  struct Coefficients {
    int t;
    S from_noisy, from_output;  ///< predicted clean latent x = from_noisy * y_t + from_output * output
    S clean, previous, latent, noise;
  };
  std::array<Coefficients, static_cast<std::size_t>(steps)> table_;

  /// One column's step without the noise; leaves the predicted clean latent in `previous`.
  template <bool guided>
  static void update(const Coefficients& c, S omega, const S* with, const S* without, const S* low, const S* high,
                     S* previous, S* y) {
    for (int i = 0; i < Latents<1>::stride; i += simd::lanes<S>) {
      simd::Pack<S> output = simd::load<S>(with + i);
      if constexpr (guided) output = simd::fma<S>(simd::load<S>(without + i), -omega, (1 + omega) * output);
      const simd::Pack<S> now = simd::load<S>(y + i);
      const simd::Pack<S> lowest = simd::load<S>(low + i), highest = simd::load<S>(high + i);
      simd::Pack<S> clean = simd::fma<S>(now, c.from_noisy, c.from_output * output);
      if constexpr (detail::clips<Sampler>) {
        clean = clean < lowest ? lowest : clean;
        clean = clean > highest ? highest : clean;
      }
      const simd::Pack<S> kept = simd::fma<S>(simd::load<S>(previous + i), c.previous, c.latent * now);
      simd::store<S>(y + i, simd::fma<S>(clean, c.clean, kept));
      simd::store<S>(previous + i, clean);
    }
  }

  static void add_noise(S scale, const S* noise, S* y) {
    for (int i = 0; i < latents; ++i) y[i] = simd::fma(scale, noise[i], y[i]);
  }

  /// Zero mean and unit variance over the elements of one column; of two, only their order would be left.
  static void normalise(S* y) {
    if constexpr (latents > 2) {
      S mean(0), square(0);
      for (int i = 0; i < latents; ++i) mean += y[i];
      mean /= S(latents);
      for (int i = 0; i < latents; ++i) square = simd::fma(y[i] - mean, y[i] - mean, square);
      const S deviation = std::sqrt(square / S(latents));
      for (int i = 0; i < latents; ++i) y[i] = (y[i] - mean) / (deviation > S(1e-6) ? deviation : S(1));
    }
  }
};

GDM_NAMESPACE_END
