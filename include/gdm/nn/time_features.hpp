// SPDX-License-Identifier: MIT
/// @file
/// @brief Sinusoidal features of the diffusion step.
#pragma once

#include <cmath>

#include <gdm/autodiff/block.hpp>

GDM_NAMESPACE_BEGIN

/// sin(w_k t) and cos(w_k t) for N / 2 frequencies w_k that fall geometrically from 1 to 1/1000 (Vaswani et al. 2017,
/// Section 3.5; Ho et al. 2020 feed the step to the denoiser in this form).
template <int N>
struct TimeFeatures {
  static_assert(N > 2 && N % 2 == 0, "time features come in pairs of sine and cosine, at least two of them");
  static constexpr int size = N;

  /// @param t  step, 1 .. T
  template <class S>
  static void fill(int t, S* out) {
    constexpr int pairs = N / 2;
    for (int k = 0; k < pairs; ++k) {
      const double w = std::pow(1e-3, static_cast<double>(k) / (pairs - 1));
      out[k] = S(std::sin(w * t));
      out[pairs + k] = S(std::cos(w * t));
    }
  }

  /// One column a step: column t holds the features of step t, column 0 is not used. Worked out at the first call.
  template <class S, int Steps>
  static const Block<S, N, Steps + 1>& table() {
    static const Block<S, N, Steps + 1> features = [] {
      Block<S, N, Steps + 1> columns{};
      for (int t = 1; t <= Steps; ++t) fill(t, columns.column(t));
      return columns;
    }();
    return features;
  }
};

GDM_NAMESPACE_END
