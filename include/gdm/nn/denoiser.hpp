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

/// The exchangeable parts of a condition; see gdm::TokenLayout in gdm/problem/token_layout.hpp for the layout of vectors.
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
/// and that has `std::string name()`. One that lacks something is GDM-S33. Two members are optional: a policy whose
/// `needs_tokens` is true is refused by problems without tokens (GDM-S18); one whose `sound` is false has refused its own
/// arguments.
struct denoiser_tag {};

template <class D>
concept DenoiserPolicy = std::is_base_of_v<denoiser_tag, D>;

namespace detail {

template <class N>
concept has_network_members = requires {
  typename std::integral_constant<int, N::latents>;
  typename std::integral_constant<int, N::features>;
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
                                        typename N::template Workspace<N::tile>& w, Block<S, N::latents, N::tile>& y,
                                        const Block<S, N::features, N::tile>& x, const int* t, const bool* dropped) {
  N::visit(AnyVisitor{}, p, q);
  N::initialise(p, std::uint64_t{});
  N::prepare(q, w);
  N::forward(q, y, x, t, dropped, w, y);
  N::pullback(q, dropped, w, y, p);
};

template <class N, class S>
concept has_network_sampling = requires(const typename N::Parameters& p, typename N::Tables& tables,
                                        typename N::template Instance<N::batch>& instance,
                                        typename N::template Scratch<N::batch>& scratch,
                                        const Block<S, N::features, N::batch>& x,
                                        const Block<S, N::latents, N::batch>& y,
                                        Block<S, N::latents, 2 * N::batch>& out) {
  N::tabulate(p, tables);
  N::condition(p, x, 1, instance);
  N::spread(instance, 1);
  N::template predict<false>(p, tables, 1, y, instance, 1, scratch, out);
  N::template predict<true>(p, tables, 1, y, instance, 1, scratch, out);
};

template <class N, class S>
concept complete_network = has_network_members<N> && has_network_training<N, S> && has_network_sampling<N, S>;

/// Whether D offers what the contract asks for.
template <class D, class S, DenoiserShape shape>
concept complete_denoiser = requires {
  { D::name() } -> std::convertible_to<std::string>;
  requires complete_network<typename D::template Network<S, shape>, S>;
};

/// Whether D has reported its own sizes as senseless: nothing else is to be said about it.
template <class D>
concept unsound = requires {
  requires !bool(D::sound);
};
template <class D>
concept needs_tokens = requires {
  requires bool(D::needs_tokens);
};

}  // namespace detail

GDM_NAMESPACE_END
