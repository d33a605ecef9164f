// SPDX-License-Identifier: MIT
/// @file
/// @brief Useful flops of the networks: two a weight and column, none for padding, activations or bookkeeping.
#pragma once

#include <gdm/model/policies.hpp>
#include <gdm/nn/mlp.hpp>
#include <gdm/nn/set_mlp.hpp>

namespace bench {

/// Weights of a denoiser for one instance, each as often as a column meets it.
struct Weights {
  double training;     ///< of a forward pass in training
  double every_step;   ///< met in every denoising step by the conditional and by the unconditional branch
  double shared_step;  ///< met once in every denoising step, whatever the guidance
};

template <class Denoiser>
struct WeightsOf;

template <int... Widths>
struct WeightsOf<gdm::Mlp<Widths...>> {
  static constexpr Weights of(const gdm::DenoiserShape& shape) {
    constexpr int widths[] = {Widths...};
    double inner = 0;
    for (std::size_t k = 1; k < sizeof...(Widths); ++k) inner += 1.0 * widths[k - 1] * widths[k];
    inner += 1.0 * widths[sizeof...(Widths) - 1] * shape.latents;
    const int inputs = shape.latents + shape.features + gdm::Mlp<Widths...>::time_size;
    return {1.0 * inputs * widths[0] + inner, inner, 1.0 * shape.latents * widths[0]};
  }
};

template <int Width, int Depth>
struct WeightsOf<gdm::SetMlp<Width, Depth>> {
  static constexpr Weights of(const gdm::DenoiserShape& shape) {
    constexpr double square = 1.0 * Width * Width;
    const bool global = shape.global_latents > 0;
    const int columns = shape.tokens + (global ? 1 : 0);
    const double layers = Depth * (square * columns + square + (global ? square : 0));
    const double outputs = 1.0 * Width * (shape.token_latents * shape.tokens + shape.global_latents);
    const double latents = 1.0 * Width * (shape.token_latents * shape.tokens + shape.global_latents);
    const int common = shape.global_features + gdm::SetMlp<Width, Depth>::time_size;
    const double inputs = latents + 1.0 * Width * (shape.token_features * shape.tokens + common * (global ? 2 : 1));
    return {inputs + layers + outputs, layers + outputs, latents};
  }
};

template <class P, class Optimizer>
constexpr Weights weights() {
  return WeightsOf<typename Optimizer::Denoiser>::of(gdm::detail::denoiser_shape<P, Optimizer::Schedule::steps>());
}

/// Forward pass, gradient by the input and gradient by the weights of one row.
template <class P, class Optimizer>
constexpr double training_flops() {
  return 6 * weights<P, Optimizer>().training;
}

/// All denoising steps of one sample.
template <class P, class Optimizer>
constexpr double solving_flops(bool guided) {
  const Weights w = weights<P, Optimizer>();
  return 2.0 * Optimizer::Sampler::steps(Optimizer::Schedule::steps) *
         (w.shared_step + (guided ? 2 : 1) * w.every_step);
}

}  // namespace bench
