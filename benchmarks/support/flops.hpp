// SPDX-License-Identifier: MIT
/// @file
/// @brief Useful flops of the networks: two a weight and column, and of GraphMlp two a row and pair of different tokens;
/// none for padding, activations or bookkeeping.
#pragma once

#include <gdm/model/policies.hpp>
#include <gdm/nn/graph_mlp.hpp>
#include <gdm/nn/mlp.hpp>
#include <gdm/nn/set_mlp.hpp>

namespace bench {

/// Multiply-adds of a denoiser for one instance.
struct Weights {
  double training;     ///< with weights, of a forward pass in training
  double every_step;   ///< with weights, in every denoising step by the conditional and by the unconditional branch
  double shared_step;  ///< with weights, once in every denoising step, whatever the guidance
  double conditional;  ///< with weights, in every denoising step by the conditional branch alone
  double pairs = 0;    ///< with the numbers of pairs, which have no gradient, by the conditional branch
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
    const int step_rows = shape.step_features * shape.tokens;
    const int inputs = shape.latents + step_rows + shape.features + gdm::Mlp<Widths...>::time_size;
    return {1.0 * inputs * widths[0] + inner, inner, 1.0 * shape.latents * widths[0], 1.0 * step_rows * widths[0]};
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
    const double latents = outputs;
    const double step_features = 1.0 * Width * shape.step_features * shape.tokens;
    const int common = shape.global_features + gdm::SetMlp<Width, Depth>::time_size;
    const double features = 1.0 * Width * (shape.token_features * shape.tokens + common * (global ? 2 : 1));
    return {latents + step_features + features + layers + outputs, layers + outputs, latents, step_features};
  }
};

template <int Width, int Depth>
struct WeightsOf<gdm::GraphMlp<Width, Depth>> {
  static constexpr Weights of(const gdm::DenoiserShape& shape) {
    constexpr double square = 1.0 * Width * Width;
    const int M = shape.tokens;
    const bool paired = shape.pair_features > 0;
    const double layers = Depth * square * ((paired ? 3 : 2) * M + 1);
    const double outputs = 1.0 * Width * shape.token_latents * M, latents = outputs;
    const double step_features = 1.0 * Width * shape.step_features * M;
    const double time = 1.0 * Width * gdm::GraphMlp<Width, Depth>::time_size * (1 + Depth);
    const double features = 1.0 * Width * (shape.token_features * M + shape.global_features);
    const double pairs = paired ? 1.0 * Depth * Width * M * (M - 1) : 0.0;
    return {latents + step_features + features + time + layers + outputs, layers + outputs, latents, step_features,
            pairs};
  }
};

template <class P, class Optimizer>
constexpr Weights weights() {
  return WeightsOf<typename Optimizer::Denoiser>::of(gdm::detail::denoiser_shape<P, Optimizer::Schedule::steps>());
}

/// Forward pass, gradient by the input and gradient by the weights of one row.
template <class P, class Optimizer>
constexpr double training_flops() {
  constexpr Weights w = weights<P, Optimizer>();
  return 6 * w.training + 4 * w.pairs;
}

/// All denoising steps of one sample.
template <class P, class Optimizer>
constexpr double solving_flops(bool guided) {
  const Weights w = weights<P, Optimizer>();
  return 2.0 * Optimizer::Sampler::steps(Optimizer::Schedule::steps) *
         (w.shared_step + w.conditional + w.pairs + (guided ? 2 : 1) * w.every_step);
}

}  // namespace bench
