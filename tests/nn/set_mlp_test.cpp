// SPDX-License-Identifier: MIT
#include <gdm/nn/set_mlp.hpp>

#include "token_network_checks.hpp"

namespace {

// Token latents and features, global latents and features: everything that a problem may have.
constexpr auto full = check::shape_of({.tokens = 3,
                                       .token_latents = 2,
                                       .token_features = 2,
                                       .global_latents = 1,
                                       .global_features = 2,
                                       .pair_features = 1,
                                       .step_features = 1});
constexpr auto tokens_only = check::shape_of({.tokens = 3, .token_latents = 1, .token_features = 2, .pools_sum = true});
constexpr auto globals_only =
    check::shape_of({.tokens = 3, .token_latents = 0, .token_features = 2, .global_latents = 2});
constexpr auto many =
    check::shape_of({.tokens = 32, .token_latents = 2, .token_features = 3, .global_features = 1, .step_features = 2});
using Denoiser = gdm::SetMlp<5, 2>;
static_assert(gdm::DenoiserPolicy<Denoiser>);
static_assert(gdm::detail::complete_denoiser<Denoiser, float, full>);

}  // namespace

TEST_CASE("SetMlp with token and global parts: the gradient by every weight agrees with differences") {
  check::network_gradient<Denoiser, full>({3, 3, 3});
}
TEST_CASE("SetMlp with tokens alone, some absent, pooled by sum: likewise") {
  check::network_gradient<Denoiser, tokens_only>({3, 2, 1});
}
TEST_CASE("SetMlp whose latents are all global: likewise") {
  check::network_gradient<Denoiser, globals_only>({3, 3, 3});
}

TEST_CASE("SetMlp predicts in sampling what it computes in training, guided and dropped columns included") {
  check::network_sampling<Denoiser, double, full>({3, 3, 3}, 1e-12);
  check::network_sampling<Denoiser, double, tokens_only>({3, 1, 2}, 1e-12);
  check::network_sampling<Denoiser, double, globals_only>({3, 3, 3}, 1e-12);
  check::network_sampling<Denoiser, float, full>({3, 3, 3}, 1e-5);
  check::network_sampling<Denoiser, float, many>({32, 8, 0}, 1e-5);
}

TEST_CASE("SetMlp works the condition of many samples out once") {
  check::network_spread<Denoiser, float, full>(3);
  check::network_spread<Denoiser, float, many>(8);
}

TEST_CASE("SetMlp answers an instance with absent tokens as a network for those present would, bit for bit") {
  check::network_absent<Denoiser, float, many, 8>();
  check::network_absent<gdm::SetMlp<48, 2>, float, many, 8>();
  check::network_absent<gdm::SetMlp<16, 3>, float, many, 7>();
  check::network_absent<Denoiser, float, check::resized(tokens_only, 9), 5>();
}

TEST_CASE("permuting the tokens permutes SetMlp's output") {
  check::network_equivariant<Denoiser, full>(1e-13);
  check::network_equivariant<Denoiser, tokens_only>(1e-13);
}
