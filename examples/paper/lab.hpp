// SPDX-License-Identifier: MIT
/// @file
/// @brief What sweeps set at run time, and the paper's trivial answers.
#pragma once

#include <array>
#include <cstddef>

namespace paper {

/// How objective and constraint values enter the condition (Fig. 3).
enum class Encoding {
  none,     ///< not at all: zeros in their place
  numbers,  ///< as standardised numbers, as in the paper
  bins,     ///< as classes: which of eight ranges the number lies in
  waves,    ///< as sines and cosines of four frequencies
  tokens,   ///< what each user or link sees, where the problem has tokens that can tell
};
inline constexpr std::array encodings{Encoding::none, Encoding::numbers, Encoding::bins, Encoding::waves};
inline const char* name_of(Encoding e) {
  constexpr std::array names{"none", "numbers", "bins", "waves", "each token"};
  return names[static_cast<std::size_t>(e)];
}

enum class SamplerKind { ddpm, ddim, noisy_ddim, dpm };

/// What the policies below look up. Set before a train or load, and not changed while the optimizer is in use.
struct Lab {
  static inline int T = 20;  ///< divides 100
  static inline Encoding encoding = Encoding::none;
  static inline SamplerKind sampler = SamplerKind::ddpm;
  static inline int updates = 0;  ///< of DDIM and DPM-Solver; 0 = all T

  static constexpr int slots = 100;
  /// Level 1 .. T that slot t = 1 .. 100 repeats.
  static int level(int t) { return (t - 1) / (slots / T) + 1; }
  static int slot(int level) { return level * (slots / T); }
};

/// The paper's trivial answer: equal powers, all local, or the UAV over the centroid.
template <class P>
typename P::Solution trivial_answer(const typename P::Condition& x) {
  if constexpr (requires { P::equal_power(x); }) {
    return P::equal_power(x);
  } else if constexpr (requires { P::all_local(x); }) {
    return P::all_local(x);
  } else {
    return P::centroid(x);
  }
}

}  // namespace paper
