// SPDX-License-Identifier: MIT
/// @file
/// @brief Samplers as tables: every one of them is a fixed list of linear updates of the latent.
#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <ratio>
#include <string>
#include <type_traits>

#include <gdm/diffusion/schedule.hpp>

GDM_NAMESPACE_BEGIN

struct sampler_tag {};

/// One denoising step, from y_t to y_s with s < t:
/// y_s = clean * x + previous * x' + latent * y_t + noise * epsilon,
/// x being the clean latent predicted at t, x' the one predicted in the step before.
struct Update {
  int t = 0;
  double clean = 0;
  double previous = 0;
  double latent = 0;
  double noise = 0;
};

/// A sampler is a type with
/// | requirement                                        | meaning                                                 |
/// |----------------------------------------------------|---------------------------------------------------------|
/// | `static constexpr int steps(int T)`                | number of updates for a schedule of T steps             |
/// | `static auto updates(const NoiseLevels<Schedule>&)`| `std::array<Update, steps(T)>`, the last one ends at y_0|
/// | `static constexpr bool stochastic`                 | true if any update adds noise                           |
/// | `static constexpr int normalised_steps`            | first updates whose result is normalised per instance   |
/// | `static std::string name()`                        | for messages and benchmarks                             |
/// | `static constexpr bool clips`, optional            | whether predicted clean latents are clamped to the range of the training data; true without |
/// and derives from `gdm::sampler_tag`. One that does not fit its schedule is GDM-S54.
template <class D>
concept SamplerPolicy = std::is_base_of_v<sampler_tag, D>;

namespace detail {

/// Whether the predicted clean latent is clamped to the range of the training data: yes, unless the sampler says no.
template <class D>
inline constexpr bool clips = true;
template <class D>
requires requires { D::clips; }
inline constexpr bool clips<D> = D::clips;

/// Whether D has what the contract asks for, on this schedule.
template <class D, class Sched>
concept complete_sampler = requires(const NoiseLevels<Sched>& levels) {
  typename std::integral_constant<int, D::steps(Sched::steps)>;
  requires D::steps(Sched::steps)
  >= 1;
  typename std::bool_constant<D::stochastic>;
  typename std::integral_constant<int, D::normalised_steps>;
  { D::name() } -> std::convertible_to<std::string>;
  { D::updates(levels) } -> std::same_as<std::array<Update, static_cast<std::size_t>(D::steps(Sched::steps))>>;
};

/// The update that has the mean of q(y_s | y_t, x) with variance `variance` around it (Song et al. 2021, Eq. 12).
inline Update implicit_update(int t, double alpha_bar_t, double alpha_bar_s, double variance) {
  const double direction = std::sqrt(std::max(0.0, 1 - alpha_bar_s - variance)) / std::sqrt(1 - alpha_bar_t);
  return {t, std::sqrt(alpha_bar_s) - direction * std::sqrt(alpha_bar_t), 0, direction, std::sqrt(variance)};
}

/// Step number k of `count` evenly spaced ones out of T, falling from T to 1; count = k gives 0.
constexpr int spaced_step(int k, int count, int T) {
  return k == count ? 0 : count == 1 ? T : 1 + ((count - 1 - k) * (T - 1) + (count - 1) / 2) / (count - 1);
}

}  // namespace detail

/// Ancestral sampling with the true posterior variance (Algorithm 2; Ho et al. 2020, Eq. 7).
struct Ddpm : sampler_tag {
  static constexpr bool stochastic = true;
  static constexpr int normalised_steps = 0;
  static constexpr int steps(int T) { return T; }

  template <class Sched>
  static std::array<Update, Sched::steps> updates(const NoiseLevels<Sched>& levels) {
    std::array<Update, Sched::steps> table;
    for (int k = 0; k < Sched::steps; ++k) {
      const auto t = static_cast<std::size_t>(Sched::steps - k);
      const double rest = 1 - levels.alpha_bar[t];
      table[static_cast<std::size_t>(k)] = {
          static_cast<int>(t), std::sqrt(levels.alpha_bar[t - 1]) * levels.beta[t] / rest, 0,
          std::sqrt(levels.alpha[t]) * (1 - levels.alpha_bar[t - 1]) / rest, std::sqrt(levels.posterior_variance[t])};
    }
    return table;
  }
  static std::string name() { return "ddpm"; }
};

/// Algorithm 2 as the paper states it: the noise carries the factor (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t) of Eq. 13,
/// which is not the posterior's standard deviation, the results of the first five updates are normalised (Section
/// IV-A3), and the predicted clean latent is not clamped. An instance is normalised over its own latent, and not at all
/// if that has fewer than three numbers: of two, nothing but their order would be left.
struct PaperDdpm : sampler_tag {
  static constexpr bool clips = false;
  static constexpr bool stochastic = true;
  static constexpr int normalised_steps = 5;
  static constexpr int steps(int T) { return T; }

  template <class Sched>
  static std::array<Update, Sched::steps> updates(const NoiseLevels<Sched>& levels) {
    auto table = Ddpm::updates(levels);
    for (Update& u : table) {
      const auto t = static_cast<std::size_t>(u.t);
      u.noise = t > 1 ? (1 - levels.alpha_bar[t - 1]) / (1 - levels.alpha_bar[t]) : 0.0;
    }
    return table;
  }
  static std::string name() { return "paper-ddpm"; }
};

/// Denoising diffusion implicit model on `Count` of the T steps (Song et al. 2021, Eq. 12 and 16).
/// @tparam Count  number of updates; 0 = all T
/// @tparam Eta    share of the ancestral noise, a std::ratio in [0, 1]; 0 is deterministic
template <int Count = 0, class Eta = std::ratio<0>>
struct Ddim : sampler_tag {
  static constexpr double eta = detail::ratio_value<Eta>;
  static constexpr bool stochastic = eta > 0;
  static constexpr int normalised_steps = 0;
  static constexpr int steps(int T) { return Count > 0 ? Count : T; }

  template <class Sched>
  static auto updates(const NoiseLevels<Sched>& levels) {
    constexpr int T = Sched::steps;
    constexpr int count = steps(T);
    static_assert(count <= T, "[GDM-S53] a sampler cannot take more steps than its schedule has");
    std::array<Update, static_cast<std::size_t>(count)> table;
    for (int k = 0; k < count; ++k) {
      const int t = detail::spaced_step(k, count, T);
      const double alpha_bar_t = levels.alpha_bar[static_cast<std::size_t>(t)];
      const double alpha_bar_s = levels.alpha_bar[static_cast<std::size_t>(detail::spaced_step(k + 1, count, T))];
      const double variance = eta * eta * (1 - alpha_bar_s) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_s);
      table[static_cast<std::size_t>(k)] = detail::implicit_update(t, alpha_bar_t, alpha_bar_s, variance);
    }
    return table;
  }
  static std::string name() { return std::string("ddim-") + std::to_string(Count) + "-eta-" + std::to_string(eta); }

  static_assert(eta >= 0 && eta <= 1, "[GDM-S52] eta of Ddim is a std::ratio between 0 and 1");
  static_assert(Count >= 0, "[GDM-S51] Ddim needs a number of steps, Ddim<5> say, or none for all");
};

/// DPM-Solver++(2M), second order in the logarithm of the signal-to-noise ratio (Lu et al. 2022, Algorithm 2).
/// @tparam Count  number of updates; 0 = all T
template <int Count = 0>
struct DpmSolver : sampler_tag {
  static constexpr bool stochastic = false;
  static constexpr int normalised_steps = 0;
  static constexpr int steps(int T) { return Count > 0 ? Count : T; }

  template <class Sched>
  static auto updates(const NoiseLevels<Sched>& levels) {
    constexpr int T = Sched::steps;
    constexpr int count = steps(T);
    static_assert(count <= T, "[GDM-S53] a sampler cannot take more steps than its schedule has");
    const auto log_snr = [&](int t) {
      const double alpha_bar = levels.alpha_bar[static_cast<std::size_t>(t)];
      return 0.5 * std::log(alpha_bar / (1 - alpha_bar));
    };
    std::array<Update, static_cast<std::size_t>(count)> table;
    double last_step = 0;
    for (int k = 0; k < count; ++k) {
      const int t = detail::spaced_step(k, count, T);
      const int s = detail::spaced_step(k + 1, count, T);
      if (s == 0) {  // the clean end lies at infinite signal-to-noise: a first-order step, which returns x
        table[static_cast<std::size_t>(k)] = {t, 1, 0, 0, 0};
        continue;
      }
      const double h = log_snr(s) - log_snr(t);
      const double alpha_bar_t = levels.alpha_bar[static_cast<std::size_t>(t)];
      const double alpha_bar_s = levels.alpha_bar[static_cast<std::size_t>(s)];
      const double gain = -std::sqrt(alpha_bar_s) * std::expm1(-h);
      const double extrapolate = k == 0 ? 0.0 : h / (2 * last_step);
      table[static_cast<std::size_t>(k)] = {t, gain * (1 + extrapolate), -gain * extrapolate,
                                            std::sqrt((1 - alpha_bar_s) / (1 - alpha_bar_t)), 0};
      last_step = h;
    }
    return table;
  }
  static std::string name() { return std::string("dpm-solver-") + std::to_string(Count); }

  static_assert(Count >= 0, "[GDM-S51] DpmSolver needs a number of steps, DpmSolver<5> say, or none for all");
};

GDM_NAMESPACE_END
