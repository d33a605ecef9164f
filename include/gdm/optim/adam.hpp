// SPDX-License-Identifier: MIT
/// @file
/// @brief Adam with an exponential moving average of the weights.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include <gdm/core/simd_math.hpp>

GDM_NAMESPACE_BEGIN

/// Settings of Adam (Kingma & Ba 2015, Algorithm 1) that stay the same over a run.
struct AdamOptions {
  double beta1 = 0.9;     ///< decay of the first moment, in [0, 1)
  double beta2 = 0.999;   ///< decay of the second moment, in [0, 1)
  double epsilon = 1e-8;  ///< keeps the step finite where the second moment is zero
};

/// The numbers of step `step` = 1, 2, ..: with bias corrections, and the EMA's decay.
struct AdamStep {
  double rate;                ///< learning rate / (1 - beta1^step)
  double root;                ///< 1 / sqrt(1 - beta2^step)
  double ema_weight;          ///< share of the new weights in the average
  double gradient_scale = 1;  ///< factor on the gradient, from clipping

  AdamStep(const AdamOptions& options, std::uint64_t step, double learning_rate, double ema_decay)
      : rate(learning_rate / (1 - std::pow(options.beta1, static_cast<double>(step)))),
        root(1 / std::sqrt(1 - std::pow(options.beta2, static_cast<double>(step)))),
        // EMA warm-up: early on the average must forget the initial weights faster than its final decay allows.
        ema_weight(1 - std::min(ema_decay, (1 + static_cast<double>(step)) / (10 + static_cast<double>(step)))) {}
};

/// One Adam update of a range of weights, and of their average:
/// m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, w = w - rate m / (root sqrt(v) + epsilon).
/// The ranges have the same length, a multiple of the SIMD register; different ranges may be updated by different
/// threads.
template <class S>
void adam_update(const AdamOptions& options, const AdamStep& step, std::span<const S> gradient, std::span<S> weights,
                 std::span<S> first, std::span<S> second, std::span<S> average) {
  const S b1 = S(options.beta1), b2 = S(options.beta2), epsilon = S(options.epsilon);
  const S scale = S(step.gradient_scale), rate = S(step.rate), root = S(step.root), ema = S(step.ema_weight);
  for (std::size_t i = 0; i < weights.size(); i += simd::lanes<S>) {
    const simd::Pack<S> g = scale * simd::load<S>(gradient.data() + i);
    const simd::Pack<S> m = b1 * simd::load<S>(first.data() + i) + (1 - b1) * g;
    const simd::Pack<S> v = b2 * simd::load<S>(second.data() + i) + (1 - b2) * g * g;
    const simd::Pack<S> w = simd::load<S>(weights.data() + i) - rate * m / (root * simd::sqrt(v) + epsilon);
    const simd::Pack<S> old = simd::load<S>(average.data() + i);
    simd::store<S>(first.data() + i, m);
    simd::store<S>(second.data() + i, v);
    simd::store<S>(weights.data() + i, w);
    simd::store<S>(average.data() + i, simd::Pack<S>(old + ema * (w - old)));
  }
}

GDM_NAMESPACE_END
