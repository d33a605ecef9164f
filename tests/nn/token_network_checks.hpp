// SPDX-License-Identifier: MIT
/// @file
/// @brief Checks that every network on tokens has to pass: gradients, sampling, absent tokens, order of the tokens.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <gdm/nn/denoiser.hpp>
#include <gdm/nn/parameters.hpp>
#include <memory>
#include <string>

#include "../autodiff/gradient_check.hpp"

namespace check {

constexpr int B = 3;
constexpr std::array<int, B> steps{3, 1, 4};
constexpr std::array<bool, B> dropped{false, true, false};

/// A shape from what belongs to a token, to a pair and to the instance.
struct Sizes {
  int tokens, token_latents, token_features;
  int global_latents = 0, global_features = 0, pair_features = 0, step_features = 0;
  bool pools_sum = false;
};
constexpr gdm::DenoiserShape shape_of(const Sizes& s) {
  return {.latents = s.tokens * s.token_latents + s.global_latents,
          .features = s.tokens * s.token_features + s.global_features + s.tokens * s.tokens * s.pair_features,
          .steps = 4,
          .tokens = s.tokens,
          .token_features = s.token_features,
          .global_features = s.global_features,
          .token_latents = s.token_latents,
          .global_latents = s.global_latents,
          .pair_features = s.pair_features,
          .step_features = s.step_features,
          .pools_sum = s.pools_sum};
}
/// The same with another number of tokens.
constexpr gdm::DenoiserShape resized(const gdm::DenoiserShape& shape, int tokens) {
  return shape_of({tokens, shape.token_latents, shape.token_features, shape.global_latents, shape.global_features,
                   shape.pair_features, shape.step_features, shape.pools_sum});
}

/// Weights and a tile of instances, each with its own number of present tokens.
template <class Denoiser, class S, gdm::DenoiserShape shape>
struct Tile {
  using Network = typename Denoiser::template Network<S, shape>;
  typename Network::Parameters parameters{};
  gdm::Block<S, Network::inputs, B> y{};
  gdm::Block<S, shape.features, B> condition{};
  std::array<int, B> tokens;

  explicit Tile(std::array<int, B> present = {shape.tokens, shape.tokens, shape.tokens}) : tokens(present) {
    Numbers numbers(5);
    const auto fill = [&](auto& block) { for_each_element(block, [&](S& v) { v = S(0.4 * numbers()); }); };
    Network::visit([&](const std::string&, auto& block) { fill(block); }, parameters);
    fill(y);
    fill(condition);
  }
  [[nodiscard]] gdm::Block<S, shape.latents, B> output(typename Network::template Workspace<B>& w) const {
    gdm::Block<S, shape.latents, B> out{};
    Network::prepare(parameters, w);
    Network::forward(parameters, y, condition, steps.data(), dropped.data(), tokens.data(), w, out);
    return out;
  }
};

/// The gradient by every weight agrees with differences.
template <class Denoiser, gdm::DenoiserShape shape>
void network_gradient(std::array<int, B> present) {
  using Network = typename Denoiser::template Network<double, shape>;
  auto tile = std::make_unique<Tile<Denoiser, double, shape>>(present);
  auto w = std::make_unique<typename Network::template Workspace<B>>();
  gdm::Block<double, shape.latents, B> cotangent{};
  Numbers numbers(9);
  for_each_element(cotangent, [&](double& v) { v = numbers(); });
  (void)tile->output(*w);
  auto gradient = std::make_unique<typename Network::Parameters>();
  Network::pullback(tile->parameters, dropped.data(), *w, cotangent, *gradient);
  int compared = 0, zero = 0;
  Network::visit(
      [&](const std::string& name, auto& block, auto& found) {
        CAPTURE(name);
        for (int j = 0; j < block.cols; ++j)
          for (int i = 0; i < block.rows; ++i) {
            const double difference = difference_quotient(block(i, j), [&] {
              const auto out = tile->output(*w);
              return (out.matrix().array() * cotangent.matrix().array()).sum();
            });
            CHECK(std::abs(found(i, j) - difference) <= 1e-7 * (1 + std::abs(difference)));
            ++compared;
            if (found(i, j) == 0) ++zero;
          }
        CHECK_MESSAGE(padding_is_zero(found), name);
      },
      tile->parameters, *gradient);
  CHECK(static_cast<std::size_t>(compared) == gdm::parameter_count<Network>(tile->parameters));
  CHECK(zero == 0);
}

/// Sampling's outputs for instances 0 .. n - 1 at step t, the unconditional ones behind them if `guided`.
template <bool guided, class Denoiser, class S, gdm::DenoiserShape shape>
gdm::Block<S, shape.latents, 2 * B> predict(const Tile<Denoiser, S, shape>& tile, int t, int n, bool spread = false) {
  using Network = typename Denoiser::template Network<S, shape>;
  const auto tables = std::make_unique<typename Network::Tables>();
  const auto instance = std::make_unique<typename Network::template Instance<B>>();
  const auto scratch = std::make_unique<typename Network::template Scratch<B>>();
  Network::tabulate(tile.parameters, *tables);
  Network::condition(tile.parameters, tile.condition, spread ? 1 : n, tile.tokens.data(), *instance);
  if (spread) Network::spread(*instance, n);
  gdm::Block<S, shape.latents, 2 * B> out{};
  Network::template predict<guided>(tile.parameters, *tables, t, tile.y, *instance, n, *scratch, out);
  return out;
}

/// What training computed, for any number of instances at a time, with the same bits.
template <class Denoiser, class S, gdm::DenoiserShape shape>
void network_sampling(std::array<int, B> present, double tolerance) {
  using Network = typename Denoiser::template Network<S, shape>;
  const auto tile = std::make_unique<Tile<Denoiser, S, shape>>(present);
  const auto w = std::make_unique<typename Network::template Workspace<B>>();
  const auto expected = tile->output(*w);
  for (int b = 0; b < B; ++b) {
    const auto row = static_cast<std::size_t>(b);
    const auto all = predict<true>(*tile, steps[row], B);
    for (int i = 0; i < shape.latents; ++i)
      CHECK(std::abs(static_cast<double>(all(i, dropped[row] ? B + b : b) - expected(i, b))) <= tolerance);
    for (int n = b + 1; n <= B; ++n) {
      const auto guided = predict<true>(*tile, steps[row], n);
      const auto alone = predict<false>(*tile, steps[row], n);
      for (int i = 0; i < shape.latents; ++i) {
        CHECK(guided(i, b) == all(i, b));
        CHECK(guided(i, n + b) == all(i, B + b));
        CHECK(alone(i, b) == all(i, b));
      }
    }
  }
}

/// Columns of one instance, the condition worked out for each and for the first alone.
template <class Denoiser, class S, gdm::DenoiserShape shape>
void network_spread(int present) {
  const auto tile = std::make_unique<Tile<Denoiser, S, shape>>(std::array{present, present, present});
  for (int b = 1; b < B; ++b) std::copy_n(tile->condition.column(0), shape.features, tile->condition.column(b));
  for (int n = 1; n <= B; ++n) {
    const auto each = predict<true>(*tile, 2, n), shared = predict<true>(*tile, 2, n, true);
    for (int b = 0; b < 2 * n; ++b)
      for (int i = 0; i < shape.latents; ++i) CHECK(each(i, b) == shared(i, b));
  }
}

/// An instance with absent tokens has the bits of a network that was compiled for those present, and zeros for the rest.
template <class Denoiser, class S, gdm::DenoiserShape shape, int present>
void network_absent() {
  constexpr gdm::DenoiserShape small_shape = resized(shape, present);
  using Large = typename Denoiser::template Network<S, shape>;
  using Small = typename Denoiser::template Network<S, small_shape>;
  static_assert(std::is_same_v<typename Large::Parameters, typename Small::Parameters>);
  const auto large = std::make_unique<Tile<Denoiser, S, shape>>(std::array{shape.tokens, present, 1});
  const auto small = std::make_unique<Tile<Denoiser, S, small_shape>>();
  small->parameters = large->parameters;
  constexpr int M = shape.tokens, D = shape.step_features, C = shape.pair_features, G = shape.global_features;
  const S* from = large->y.column(1);
  std::copy_n(from, present * shape.token_latents, small->y.column(1));
  std::copy_n(from + shape.latents, present * D, small->y.column(1) + small_shape.latents);
  from = large->condition.column(1);
  S* to = std::copy_n(from, present * shape.token_features, small->condition.column(1));
  to = std::copy_n(from + M * shape.token_features, G, to);
  for (int i = 0; i < present; ++i) to = std::copy_n(from + M * shape.token_features + G + i * M * C, present * C, to);

  const auto same = [&](const S* found, const S* expected) {
    for (int i = 0; i < shape.latents; ++i) CHECK(found[i] == (i < small_shape.latents ? expected[i] : S(0)));
  };
  const auto found = predict<true>(*large, 2, B);
  const auto expected = predict<true>(*small, 2, B);
  same(found.column(1), expected.column(1));
  same(found.column(B + 1), expected.column(B + 1));
  const auto w = std::make_unique<typename Large::template Workspace<B>>();
  const auto small_w = std::make_unique<typename Small::template Workspace<B>>();
  const auto trained = large->output(*w);
  const auto small_trained = small->output(*small_w);
  same(trained.column(1), small_trained.column(1));
}

/// Turning the tokens by one turns the output by one.
template <class Denoiser, gdm::DenoiserShape shape>
void network_equivariant(double tolerance) {
  const auto tile = std::make_unique<Tile<Denoiser, double, shape>>();
  const auto turned = std::make_unique<Tile<Denoiser, double, shape>>();
  constexpr int M = shape.tokens;
  const auto turn = [](const double* from, int size, double* to) {  // parts of the column that are `size` a token
    for (int i = 0; i < M; ++i) std::copy_n(from + (i + 1) % M * size, size, to + i * size);
  };
  for (int b = 0; b < B; ++b) {
    turn(tile->y.column(b), shape.token_latents, turned->y.column(b));
    turn(tile->y.column(b) + shape.latents, shape.step_features, turned->y.column(b) + shape.latents);
    turn(tile->condition.column(b), shape.token_features, turned->condition.column(b));
    constexpr int at = M * shape.token_features + shape.global_features, C = shape.pair_features;
    for (int i = 0; i < M; ++i)
      turn(tile->condition.column(b) + at + (i + 1) % M * M * C, C, turned->condition.column(b) + at + i * M * C);
  }
  const auto found = predict<true>(*turned, 2, B), before = predict<true>(*tile, 2, B);
  for (int b = 0; b < 2 * B; ++b) {
    gdm::Block<double, shape.latents, 1> expected{};
    turn(before.column(b), shape.token_latents, expected.data);
    constexpr int first = M * shape.token_latents;
    std::copy_n(before.column(b) + first, shape.global_latents, expected.data + first);
    for (int i = 0; i < shape.latents; ++i) CHECK(std::abs(found(i, b) - expected(i, 0)) <= tolerance);
  }
}

}  // namespace check
