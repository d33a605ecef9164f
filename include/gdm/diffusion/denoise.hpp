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

/// Which random numbers a column uses, and how many of its latents there are: those of absent tokens are left out.
struct ColumnKey {
  std::uint64_t seed = 0;
  std::uint32_t sample = 0;
  int latents = 0;
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
  static constexpr int noise_steps = 1 + (Sampler::stochastic ? steps - 1 : 0);
  static constexpr int noise_capacity = std::max(latents, 512);

 public:
  template <int B>
  using Latents = Block<S, Network::inputs, B>;

  /// Buffers of one batch of up to B columns.
  template <int B>
  struct Scratch {
    typename Network::template Scratch<B> network;
    Block<S, latents, 2 * B> output;
    Block<S, latents, B> previous;  ///< the clean latents predicted in the step before
    S noise[B][noise_capacity];
  };

  /// A trained denoiser and the range of the clean latents that it was trained on.
  struct Denoiser {
    const typename Network::Parameters& parameters;
    const typename Network::Tables& tables;
    const Block<S, latents, 1>& low;
    const Block<S, latents, 1>& high;
  };

  /// One batch: `n` <= B columns, each with a condition and random numbers of its own.
  template <int B>
  struct Columns {
    int n;
    const ColumnKey* keys;
    const typename Network::template Instance<B>& instance;  ///< the network's view of each column's condition
    Scratch<B>& scratch;
    Latents<B>& y;  ///< the clean latents to start from, if not from noise; the answers in the end
  };

  ReverseProcess() {
    const NoiseLevels<Sched> levels;
    const auto updates = Sampler::updates(levels);
    for (std::size_t k = 0; k < updates.size(); ++k) {
      const Update& u = updates[k];
      const double alpha_bar = levels.alpha_bar[static_cast<std::size_t>(u.t)];
      const LinearMap x = Parameterisation::clean(alpha_bar);
      table_[k] = {u.t,
                   S(std::sqrt(alpha_bar)),
                   S(std::sqrt(1 - alpha_bar)),
                   S(x.first),
                   S(x.second),
                   S(u.clean),
                   S(u.previous),
                   S(u.latent),
                   S(u.noise)};
    }
  }

  /// The step from which a latent noised to a share `level` in (0, 1] of the schedule is denoised: the earliest one that
  /// is not noisier, or the last.
  [[nodiscard]] int step_at(double level) const noexcept {
    int k = 0;
    while (k + 1 < steps && table_[static_cast<std::size_t>(k)].t > level * Sched::steps + 1e-9) ++k;
    return k;
  }

  /// Denoises from pure noise; or, with `from_latent`, from the clean latents in `columns.y` noised to step `first`.
  /// @param omega    guidance weight of Eq. 12: (1 + omega) conditional - omega unconditional
  /// @param prepare  called as prepare(y) before every step: writes the step features into the rows behind the latents
  /// @param observe  called as observe(k, y) before update k = first .. steps - 1 and, with k = steps, at the end
  template <bool guided, int B, class Prepare, class Observe>
  void run(const Denoiser& denoiser, const Columns<B>& columns, int first, bool from_latent, S omega,
           const Prepare& prepare, const Observe& observe) const {
    const int n = columns.n;
    Scratch<B>& scratch = columns.scratch;
    Latents<B>& y = columns.y;
    for (int j = 0; j < n; ++j) {
      begin(columns.keys[j], table_[static_cast<std::size_t>(first)], from_latent, scratch.noise[j], y.column(j));
      std::fill_n(scratch.previous.column(j), scratch.previous.stride, S(0));
    }
    for (int k = first; k < steps; ++k) {
      Coefficients c = table_[static_cast<std::size_t>(k)];
      if (k == first) {  // there is no prediction before this one to extrapolate from
        c.clean += c.previous;
        c.previous = 0;
      }
      observe(k, y);
      prepare(y);
      Network::template predict<guided>(denoiser.parameters, denoiser.tables, c.t, y, columns.instance, n,
                                        scratch.network, scratch.output);
      for (int j = 0; j < n; ++j) {
        S* const column = y.column(j);
        const S* const without = scratch.output.column(guided ? n + j : j);
        update<guided>(c, omega, scratch.output.column(j), without, denoiser, scratch.previous.column(j), column);
        if (Sampler::stochastic && k + 1 < steps)
          add_noise(c.noise, noise(columns.keys[j], k + 1, scratch.noise[j]), columns.keys[j].latents, column);
        if (k < Sampler::normalised_steps) normalise(column, columns.keys[j].latents);
      }
    }
    observe(steps, y);
  }

 private:
  struct Coefficients {
    int t;
    S sqrt_alpha_bar, sqrt_rest;  ///< y_t = sqrt_alpha_bar * y_0 + sqrt_rest * epsilon
    S from_latent, from_output;   ///< predicted clean latent x = from_latent * y_t + from_output * output
    S clean, previous, latent, noise;
  };
  std::array<Coefficients, static_cast<std::size_t>(steps)> table_;

  /// Noise number `q` of a column: 0 begins the process, k + 1 is that of update k. That of several steps is drawn in one
  /// go while it is small: a few numbers alone would waste most of a register. A column's numbers depend on how many
  /// latents it has, and on nothing else.
  static const S* noise(const ColumnKey& key, int q, S* buffer) {
    const int at_once = key.latents * noise_steps <= 512 ? noise_steps : 1;
    const int place = q % at_once;
    if (place == 0 || q == 0) draw(key, q - place, at_once, buffer);
    return buffer + place * key.latents;
  }
  static void draw(const ColumnKey& key, int q, int at_once, S* buffer) {
    const StreamId id{key.seed, for_sampling, key.sample, static_cast<std::uint32_t>(q)};
    fill_normal_steps(id, std::min(at_once, noise_steps - q), key.latents, buffer);
  }

  /// The latent at step `c`, from noise alone or from a clean latent. Rows without a latent are zero.
  static void begin(const ColumnKey& key, const Coefficients& c, bool from_latent, S* buffer, S* y) {
    if (key.latents == 0) return void(std::fill_n(y, latents, S(0)));
    const S* const epsilon = noise(key, 0, buffer);
    for (int i = 0; i < key.latents; ++i)
      y[i] = from_latent ? simd::fma(c.sqrt_alpha_bar, y[i], c.sqrt_rest * epsilon[i]) : epsilon[i];
    std::fill(y + key.latents, y + latents, S(0));
  }

  /// One column's step without the noise: predict the clean latent, correct it, combine it with what there was. Leaves
  /// the corrected prediction in `previous`.
  template <bool guided>
  static void update(const Coefficients& c, S omega, const S* with, const S* without, const Denoiser& range,
                     S* previous, S* y) {
    for (int i = 0; i < Block<S, latents, 1>::stride; i += simd::lanes<S>) {
      simd::Pack<S> output = simd::load<S>(with + i);
      if constexpr (guided) output = simd::fma<S>(simd::load<S>(without + i), -omega, (1 + omega) * output);
      const simd::Pack<S> now = simd::load<S>(y + i);
      const simd::Pack<S> clean = correct(simd::fma<S>(now, c.from_latent, c.from_output * output),
                                          simd::load<S>(range.low.data + i), simd::load<S>(range.high.data + i));
      const simd::Pack<S> kept = simd::fma<S>(simd::load<S>(previous + i), c.previous, c.latent * now);
      const simd::Pack<S> next = simd::fma<S>(clean, c.clean, kept);
      if (i + simd::lanes<S> <= latents) {
        simd::store<S>(y + i, next);
      } else {  // step features stand behind the latents
        S rows[simd::lanes<S>];
        simd::store<S>(rows, next);
        std::copy_n(rows, latents - i, y + i);
      }
      simd::store<S>(previous + i, clean);
    }
  }

  /// Clamped to the range of the training data, unless the sampler says no.
  static simd::Pack<S> correct(simd::Pack<S> clean, const simd::Pack<S>& lowest, const simd::Pack<S>& highest) {
    if constexpr (detail::clips<Sampler>) {
      clean = clean < lowest ? lowest : clean;
      clean = clean > highest ? highest : clean;
    }
    return clean;
  }

  static void add_noise(S scale, const S* noise, int count, S* y) {
    for (int i = 0; i < count; ++i) y[i] = simd::fma(scale, noise[i], y[i]);
  }

  /// Zero mean and unit variance over the elements of one column; of two, only their order would be left.
  static void normalise(S* y, int count) {
    if (count <= 2) return;
    S mean(0), square(0);
    for (int i = 0; i < count; ++i) mean += y[i];
    mean /= S(count);
    for (int i = 0; i < count; ++i) square = simd::fma(y[i] - mean, y[i] - mean, square);
    const S deviation = std::sqrt(square / S(count));
    for (int i = 0; i < count; ++i) y[i] = (y[i] - mean) / (deviation > S(1e-6) ? deviation : S(1));
  }
};

GDM_NAMESPACE_END
