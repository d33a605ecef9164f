// SPDX-License-Identifier: MIT
#include <gdm/nn/graph_mlp.hpp>

#include <vector>

#include "token_network_checks.hpp"

namespace {

constexpr auto full = check::shape_of({.tokens = 3,
                                       .token_latents = 2,
                                       .token_features = 2,
                                       .global_features = 2,
                                       .pair_features = 2,
                                       .step_features = 1});
constexpr auto bare = check::shape_of({.tokens = 3, .token_latents = 1, .token_features = 2, .pools_sum = true});
constexpr auto many =
    check::shape_of({.tokens = 16, .token_latents = 2, .token_features = 3, .pair_features = 9, .step_features = 2});
using Denoiser = gdm::GraphMlp<5, 2>;  // blocks of three and of two rows
static_assert(gdm::DenoiserPolicy<Denoiser>);
static_assert(gdm::detail::complete_denoiser<Denoiser, float, full>);

using Vector = std::vector<double>;

template <class Block>
Vector times(const Block& a, const Vector& x) {
  Vector y(Block::rows);
  for (int i = 0; i < Block::rows; ++i)
    for (int j = 0; j < Block::cols; ++j) y[static_cast<std::size_t>(i)] += a(i, j) * x[static_cast<std::size_t>(j)];
  return y;
}
Vector operator+(Vector a, const Vector& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  return a;
}
template <class Block>
Vector column(const Block& block, int first, int count) {
  return {block.data + first, block.data + first + count};
}

/// One instance of `full` in plain loops.
Vector plain(const check::Tile<Denoiser, double, full>& tile, int b, int t, int tokens, bool with_condition) {
  constexpr int W = 5, C = 2, M = 3;
  const auto& p = tile.parameters;
  const double *y = tile.y.column(b), *x = tile.condition.column(b);
  Vector phi;
  for (int k = 0; k < 8; ++k) phi.push_back(std::sin(std::pow(1000.0, -k / 7.0) * t));
  for (int k = 0; k < 8; ++k) phi.push_back(std::cos(std::pow(1000.0, -k / 7.0) * t));
  Vector shared = with_condition ? Vector{x[6], x[7]} : column(p.null_globals, 0, 2);
  shared.insert(shared.end(), phi.begin(), phi.end());
  std::vector<Vector> h;
  for (int i = 0; i < tokens; ++i) {
    Vector in{y[2 * i], y[2 * i + 1], with_condition ? y[6 + i] : 0.0};
    const Vector features = with_condition ? Vector{x[2 * i], x[2 * i + 1]} : column(p.null_features, 0, 2);
    in.insert(in.end(), features.begin(), features.end());
    h.push_back(times(p.token_input, in) + times(p.shared_input, shared) + column(p.token_input_bias, 0, W));
  }
  for (const auto& layer : p.layers) {
    Vector mean(W);
    for (const Vector& of_token : h) mean = mean + of_token;
    for (double& v : mean) v /= tokens;
    std::vector<Vector> next;
    for (int i = 0; i < tokens; ++i) {
      const auto token = static_cast<std::size_t>(i);
      Vector z =
          times(layer.own, h[token]) + times(layer.pooled, mean) + times(layer.time, phi) + column(layer.bias, 0, W);
      for (int j = 0; with_condition && j < tokens; ++j) {
        const Vector value = times(layer.value, h[static_cast<std::size_t>(j)]);
        for (int r = 0; r < W; ++r) {
          const int c = r < 3 ? 0 : 1;
          z[static_cast<std::size_t>(r)] += x[8 + (i * M + j) * C + c] * value[static_cast<std::size_t>(r)];
        }
      }
      for (double& v : z) v /= 1 + std::exp(-v);
      next.push_back(h[token] + times(layer.output, z));
    }
    h = next;
  }
  Vector out;
  for (const Vector& of_token : h)
    for (const double v : times(p.token_output, of_token) + column(p.token_bias, 0, 2)) out.push_back(v);
  out.resize(6);
  return out;
}

}  // namespace

TEST_CASE("GraphMlp agrees with plain loops, with and without the condition and with absent tokens") {
  const auto tile = std::make_unique<check::Tile<Denoiser, double, full>>(std::array{3, 1, 2});
  const auto out = check::predict<true>(*tile, 3, check::B);
  for (int b = 0; b < check::B; ++b)
    for (const bool with : {true, false}) {
      const Vector expected = plain(*tile, b, 3, tile->tokens[static_cast<std::size_t>(b)], with);
      for (int i = 0; i < 6; ++i)
        CHECK(std::abs(out(i, with ? b : check::B + b) - expected[static_cast<std::size_t>(i)]) <= 1e-13);
    }
}

TEST_CASE("GraphMlp: the gradient by every weight agrees with differences") {
  check::network_gradient<Denoiser, full>({3, 3, 2});
}
TEST_CASE("GraphMlp without pairs, pooled by sum: likewise") { check::network_gradient<Denoiser, bare>({2, 3, 3}); }

TEST_CASE("GraphMlp predicts in sampling what it computes in training, guided and dropped columns included") {
  check::network_sampling<Denoiser, double, full>({3, 2, 3}, 1e-12);
  check::network_sampling<Denoiser, double, bare>({3, 1, 2}, 1e-12);
  check::network_sampling<Denoiser, float, full>({3, 3, 1}, 1e-5);
  check::network_sampling<gdm::GraphMlp<24, 3>, float, many>({16, 7, 0}, 1e-4);
}

TEST_CASE("GraphMlp works the condition of many samples out once") {
  check::network_spread<Denoiser, float, full>(3);
  check::network_spread<gdm::GraphMlp<24, 2>, float, many>(11);
}

TEST_CASE("GraphMlp answers an instance with absent tokens as a network for those present would, bit for bit") {
  check::network_absent<Denoiser, float, full, 2>();
  check::network_absent<gdm::GraphMlp<32, 2>, float, many, 8>();
  check::network_absent<gdm::GraphMlp<16, 3>, float, many, 7>();
  check::network_absent<Denoiser, float, check::resized(bare, 9), 5>();
}

TEST_CASE("permuting the tokens permutes GraphMlp's output") {
  check::network_equivariant<Denoiser, full>(1e-13);
  check::network_equivariant<Denoiser, bare>(1e-13);
}
