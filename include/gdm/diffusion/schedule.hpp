// SPDX-License-Identifier: MIT
/// @file
/// @brief Noise schedules: the variance that each of T steps adds.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <numbers>
#include <ratio>
#include <string>
#include <type_traits>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

struct schedule_tag {};

/// A schedule is a type with
/// | requirement                    | meaning                                                     |
/// |--------------------------------|-------------------------------------------------------------|
/// | `static constexpr int steps`   | T >= 1                                                      |
/// | `static double beta(int t)`    | variance added in step t = 1 .. T, in (0, 1)                |
/// | `static std::string name()`    | written into model files                                    |
/// and derives from `gdm::schedule_tag`, by which GdmOptimizer tells the kinds of policies apart. One that lacks
/// something is GDM-S42.
template <class D>
concept SchedulePolicy = std::is_base_of_v<schedule_tag, D>;
template <class D>
concept Schedule = SchedulePolicy<D> && requires(int t) {
  requires D::steps >= 1;
  { D::beta(t) } -> std::convertible_to<double>;
  { D::name() } -> std::convertible_to<std::string>;
};

namespace detail {
template <class Ratio>
inline constexpr double ratio_value = static_cast<double>(Ratio::num) / static_cast<double>(Ratio::den);
/// As printf's %f in the C locale, in which the names of schedules are compared: 0.999000.
inline std::string six_decimals(double value) {
  std::array<char, 32> digits;
  return {digits.data(),
          std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed, 6).ptr};
}
/// beta_t = 1 - alpha_bar(t) / alpha_bar(t - 1), at most `cap`; a constant factor on alpha_bar cancels.
template <class F>
double beta_from_alpha_bar(const F& alpha_bar, int t, double cap) {
  return std::min(1 - alpha_bar(t) / alpha_bar(t - 1), cap);
}
}  // namespace detail

/// alpha_bar(t) ~ cos^2(((t / T + s) / (1 + s)) pi / 2), s = 0.008 (Nichol & Dhariwal 2021, Eq. 17).
/// @tparam T    number of steps
/// @tparam Cap  largest beta; 0.999 as there, "to prevent singularities at the end of the diffusion process"
template <int T, class Cap = std::ratio<999, 1000>>
struct CosineSchedule : schedule_tag {
  static constexpr int steps = std::max(T, 1);
  static constexpr double offset = 0.008;

  static double beta(int t) {
    const auto alpha_bar = [](int k) {
      const double c = std::cos((static_cast<double>(k) / T + offset) / (1 + offset) * (std::numbers::pi / 2));
      return c * c;
    };
    return detail::beta_from_alpha_bar(alpha_bar, t, detail::ratio_value<Cap>);
  }
  static std::string name() {
    return std::string("cosine-") + std::to_string(T) + "-cap-" + detail::six_decimals(detail::ratio_value<Cap>);
  }

  static_assert(T >= 1, "[GDM-S41] A schedule needs at least one step, CosineSchedule<20> say");
};

/// beta rises linearly from 1e-4 to 0.02 over 1000 steps (Ho et al. 2020, Section 4), rescaled to T steps.
template <int T>
struct LinearSchedule : schedule_tag {
  static constexpr int steps = std::max(T, 1);

  static double beta(int t) {
    const double share = T == 1 ? 1.0 : static_cast<double>(t - 1) / (T - 1);
    return std::min(1000.0 / T * (1e-4 + share * (0.02 - 1e-4)), 0.999);
  }
  static std::string name() { return std::string("linear-") + std::to_string(T); }

  static_assert(T >= 1, "[GDM-S41] A schedule needs at least one step, LinearSchedule<20> say");
};

/// alpha_bar(t) follows a sigmoid from -3 to 3 (Jabri et al. 2023, Algorithm 1, with unit temperature).
template <int T>
struct SigmoidSchedule : schedule_tag {
  static constexpr int steps = std::max(T, 1);

  static double beta(int t) {
    const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
    const auto alpha_bar = [&](int k) {
      const double v = sigmoid(3 - 6.0 * k / T);
      return (v - sigmoid(-3)) / (sigmoid(3) - sigmoid(-3));
    };
    return detail::beta_from_alpha_bar(alpha_bar, t, 0.999);
  }
  static std::string name() { return std::string("sigmoid-") + std::to_string(T); }

  static_assert(T >= 1, "[GDM-S41] A schedule needs at least one step, SigmoidSchedule<20> say");
};

/// The numbers of a schedule, worked out once. Index t = 1 .. T; alpha_bar[0] = 1 is the clean latent.
template <Schedule Sched>
struct NoiseLevels {
  static constexpr int steps = Sched::steps;
  std::array<double, steps + 1> beta{};                ///< variance added in step t
  std::array<double, steps + 1> alpha{};               ///< 1 - beta_t (Eq. 8)
  std::array<double, steps + 1> alpha_bar{};           ///< product of alpha_1 .. alpha_t (Eq. 9)
  std::array<double, steps + 1> posterior_variance{};  ///< of y_{t-1} given y_t and y_0 (Ho et al. 2020, Eq. 7)

  NoiseLevels() {
    alpha[0] = alpha_bar[0] = 1;
    for (int t = 1; t <= steps; ++t) {
      const auto i = static_cast<std::size_t>(t);
      beta[i] = Sched::beta(t);
      alpha[i] = 1 - beta[i];
      alpha_bar[i] = alpha_bar[i - 1] * alpha[i];
      posterior_variance[i] = beta[i] * (1 - alpha_bar[i - 1]) / (1 - alpha_bar[i]);
    }
  }
};

GDM_NAMESPACE_END
