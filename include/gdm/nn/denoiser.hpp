// SPDX-License-Identifier: MIT
/// @file
/// @brief What a denoiser is made for: the sizes of one problem and one noise schedule.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>

#include <gdm/autodiff/block.hpp>

GDM_NAMESPACE_BEGIN

/// The parts of a condition and of a latent; see gdm::TokenLayout in gdm/problem/token_layout.hpp for what they mean.
///
/// A column of conditions is [features of every token; global features; pair numbers], number c of the ordered pair of
/// tokens (i, j) standing at row (i * tokens + j) * pair_features + c of the last part. A column of noisy latents is
/// [latents of every token; global latents; step features of every token]. Present tokens come first.
struct DenoiserShape {
  int latents = 0;          ///< rows of the noisy latent y_t, without the step features
  int features = 0;         ///< rows of the condition that the network sees, all parts together
  int steps = 0;            ///< T of the schedule
  int tokens = 0;           ///< most tokens of an instance; 0 = no token structure
  int token_features = 0;   ///< features of one token
  int global_features = 0;  ///< features of no token
  int token_latents = 0;    ///< latent numbers of one token
  int global_latents = 0;   ///< latent numbers of no token
  int pair_features = 0;    ///< numbers of one ordered pair of tokens
  int step_features = 0;    ///< numbers of one token that follow y_t in every step
  bool pools_sum = false;   ///< tokens are summed, not averaged
};

/// A denoiser policy is a type with a template `Network<S, shape>` whose static members are:
/// | member                                           | meaning                                                      |
/// |--------------------------------------------------|--------------------------------------------------------------|
/// | `latents`, `features`                            | rows of the output and of the condition, as in the shape     |
/// | `inputs`                                         | rows of y: latents + tokens * step_features                  |
/// | `Parameters`, `visit`, `initialise(p, seed)`     | the weights, by name                                         |
/// | `tile`, `batch`                                  | instances of a training tile, and of a sampling batch        |
/// | `tied`                                           | whether all tokens share the statistics of the codec         |
/// | `Workspace<B>`, `prepare`, `forward`, `pullback` | training on a tile of B instances, each at its own step      |
/// | `Tables`, `tabulate(p, tables)`                  | what depends on the weights and the step alone               |
/// | `Instance<B>`, `condition(p, x, n, tokens, ..)`  | what depends on the weights and the condition alone          |
/// | `spread(instance, n)`                            | gives columns 1 .. n - 1 the condition of column 0           |
/// | `Scratch<B>`, `predict<guided>(..)`              | the network's output for n columns at one step               |
/// and that has `std::string name()`. `forward` and `condition` are told how many tokens of each column are present
/// (null: all of them); these stand first, and the output for the others is zero. `prepare` follows every change of the
/// weights, `pullback` the `forward` of the same tile. One that lacks something is GDM-S33. Three members are optional: a
/// policy whose `needs_tokens` is true is refused by problems without tokens (GDM-S18); one whose `valid_size` is false has
/// refused its own arguments; one whose `takes<shape>` is false refuses that shape in its network.
struct denoiser_tag {};

template <class D>
concept DenoiserPolicy = std::is_base_of_v<denoiser_tag, D>;

namespace detail {

template <class N>
concept has_network_members = requires {
  typename std::integral_constant<int, N::latents>;
  typename std::integral_constant<int, N::features>;
  typename std::integral_constant<int, N::inputs>;
  typename std::integral_constant<int, N::tile>;
  typename std::integral_constant<int, N::batch>;
  typename std::bool_constant<N::tied>;
  requires N::tile >= 1 && N::batch >= 1;
  typename N::Parameters;
  typename N::Tables;
  typename N::template Workspace<N::tile>;
  typename N::template Instance<N::batch>;
  typename N::template Scratch<N::batch>;
};

/// What a visitor of weights is called with.
struct AnyVisitor {
  template <class... B>
  void operator()(const std::string&, B&...) const {}
};

template <class N, class S>
concept has_network_training = requires(typename N::Parameters& p, const typename N::Parameters& q,
                                        typename N::template Workspace<N::tile>& w,
                                        const Block<S, N::inputs, N::tile>& y, const Block<S, N::features, N::tile>& x,
                                        const int* t, const bool* dropped, const int* tokens,
                                        Block<S, N::latents, N::tile>& out) {
  N::visit(AnyVisitor{}, p, q);
  N::initialise(p, std::uint64_t{});
  N::prepare(q, w);
  N::forward(q, y, x, t, dropped, tokens, w, out);
  N::pullback(q, dropped, w, out, p);
};

template <class N, class S>
concept has_network_sampling = requires(const typename N::Parameters& p, typename N::Tables& tables,
                                        typename N::template Instance<N::batch>& instance,
                                        typename N::template Scratch<N::batch>& scratch,
                                        const Block<S, N::features, N::batch>& x,
                                        const Block<S, N::inputs, N::batch>& y, const int* tokens,
                                        Block<S, N::latents, 2 * N::batch>& out) {
  N::tabulate(p, tables);
  N::condition(p, x, 1, tokens, instance);
  N::spread(instance, 1);
  N::template predict<false>(p, tables, 1, y, instance, 1, scratch, out);
  N::template predict<true>(p, tables, 1, y, instance, 1, scratch, out);
};

template <class N, class S>
concept complete_network = has_network_members<N> && has_network_training<N, S> && has_network_sampling<N, S>;

/// Whether D has what the contract asks for.
template <class D, class S, DenoiserShape shape>
concept complete_denoiser = requires {
  { D::name() } -> std::convertible_to<std::string>;
  requires complete_network<typename D::template Network<S, shape>, S>;
};

/// Whether D has reported its own sizes as senseless: nothing else is to be said about it.
template <class D>
concept invalid_size = requires {
  requires !bool(D::valid_size);
};
template <class D>
concept needs_tokens = requires {
  requires bool(D::needs_tokens);
};
/// Whether D's network has a sentence of its own against this shape.
template <class D, DenoiserShape shape>
concept refuses = requires {
  requires !bool(D::template takes<shape>);
};

}  // namespace detail

GDM_NAMESPACE_END
