// SPDX-License-Identifier: MIT
/// @file
/// @brief Learning rates over a run: warm-up, then constant, cosine or multi-step decay.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

enum class Decay {
  constant,    ///< stays at the peak
  cosine,      ///< falls to zero along half a cosine (Loshchilov & Hutter 2017, Eq. 5)
  multi_step,  ///< times 0.1 at each milestone
};

/// Shares of the run after which `Decay::multi_step` divides the rate by ten.
inline constexpr std::array<double, 2> decay_milestones{0.5, 0.8};

/// The learning rate of one step.
/// @param peak     largest rate
/// @param step     0 .. total - 1
/// @param warm_up  share of the run over which the rate rises linearly, in [0, 1]
inline double learning_rate(Decay decay, double peak, double warm_up, std::uint64_t step, std::uint64_t total) {
  const double progress = (static_cast<double>(step) + 0.5) / static_cast<double>(total);
  const double rising = warm_up > 0 ? std::min(1.0, progress / warm_up) : 1.0;
  switch (decay) {
    case Decay::constant:
      return peak * rising;
    case Decay::cosine:
      return peak * rising * 0.5 * (1 + std::cos(std::numbers::pi * progress));
    case Decay::multi_step:
      for (const double milestone : decay_milestones) peak *= progress >= milestone ? 0.1 : 1.0;
      return peak * rising;
  }
  return peak;
}

GDM_NAMESPACE_END
