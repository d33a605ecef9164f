// SPDX-License-Identifier: MIT
/// @file
/// @brief What a denoiser is made for: the sizes of one problem and one noise schedule.
#pragma once

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

/// The exchangeable parts of a condition; see gdm::TokenLayout in gdm/problem/problem.hpp for the layout of vectors.
struct DenoiserShape {
  int latents = 0;          ///< rows of the noisy latent y_t
  int features = 0;         ///< rows of the condition that the network sees
  int steps = 0;            ///< T of the schedule
  int tokens = 0;           ///< number of tokens; 0 = no token structure
  int token_features = 0;   ///< features of one token
  int global_features = 0;  ///< features of no token
  int token_latents = 0;    ///< latent numbers of one token
  int global_latents = 0;   ///< latent numbers of no token
  bool pools_sum = false;   ///< tokens are summed, not averaged
};

/// A denoiser policy is a type with a template `Network<S, shape>` whose static members are:
/// | member                                           | meaning                                                      |
/// |--------------------------------------------------|--------------------------------------------------------------|
/// | `Parameters`, `visit`, `initialise(p, seed)`     | the weights, by name                                         |
/// | `tile`, `batch`                                  | instances of a training tile, and of a sampling batch        |
/// | `tied`                                           | whether all tokens share the statistics of the codec         |
/// | `Workspace<B>`, `prepare`, `forward`, `pullback` | training on a tile of B instances, each at its own step      |
/// | `Tables`, `tabulate(p, tables)`                  | what depends on the weights and the step alone               |
/// | `Instance<B>`, `condition(p, x, n, instance)`    | what depends on the weights and the condition alone          |
/// | `spread(instance, n)`                            | gives columns 1 .. n - 1 the condition of column 0           |
/// | `Scratch<B>`, `predict<guided>(..)`              | the network's output for n columns at one step               |
struct denoiser_tag {};

template <class D>
concept DenoiserPolicy = std::is_base_of_v<denoiser_tag, D>;

GDM_NAMESPACE_END
