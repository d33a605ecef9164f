// SPDX-License-Identifier: MIT
#include <gdm/nn/set_mlp.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <memory>
#include <string>

#include "../autodiff/gradient_check.hpp"

namespace {

// Token latents and features, global latents and features: everything that a problem may have.
constexpr gdm::DenoiserShape full{.latents = 3 * 2 + 1,
                                  .features = 3 * 2 + 2,
                                  .steps = 4,
                                  .tokens = 3,
                                  .token_features = 2,
                                  .global_features = 2,
                                  .token_latents = 2,
                                  .global_latents = 1};
constexpr gdm::DenoiserShape tokens_only{
    .latents = 3, .features = 6, .steps = 4, .tokens = 3, .token_features = 2, .token_latents = 1, .pools_sum = true};
constexpr gdm::DenoiserShape globals_only{
    .latents = 2, .features = 6, .steps = 4, .tokens = 3, .token_features = 2, .global_latents = 2};
using Denoiser = gdm::SetMlp<5, 2>;
static_assert(gdm::DenoiserPolicy<Denoiser>);

constexpr int B = 3;
constexpr std::array<int, B> steps{3, 1, 4};
constexpr std::array<bool, B> dropped{false, true, false};

template <class S, gdm::DenoiserShape shape>
struct Tile {
  using Network = Denoiser::Network<S, shape>;
  typename Network::Parameters parameters{};
  gdm::Block<S, shape.latents, B> y{};
  gdm::Block<S, shape.features, B> condition{};

  Tile() {
    check::Numbers numbers(5);
    const auto fill = [&](auto& block) { check::for_each_element(block, [&](S& v) { v = S(0.5 * numbers()); }); };
    Network::visit([&](const std::string&, auto& block) { fill(block); }, parameters);
    fill(y);
    fill(condition);
  }
  [[nodiscard]] gdm::Block<S, shape.latents, B> output(typename Network::template Workspace<B>& w) const {
    gdm::Block<S, shape.latents, B> out{};
    Network::prepare(parameters, w);
    Network::forward(parameters, y, condition, steps.data(), dropped.data(), w, out);
    return out;
  }
};

template <gdm::DenoiserShape shape>
void check_gradient() {
  using Network = Denoiser::Network<double, shape>;
  auto tile = std::make_unique<Tile<double, shape>>();
  auto w = std::make_unique<typename Network::template Workspace<B>>();
  gdm::Block<double, shape.latents, B> cotangent{};
  check::Numbers numbers(9);
  check::for_each_element(cotangent, [&](double& v) { v = numbers(); });
  (void)tile->output(*w);
  auto gradient = std::make_unique<typename Network::Parameters>();
  Network::pullback(tile->parameters, dropped.data(), *w, cotangent, *gradient);
  int compared = 0;
  Network::visit(
      [&](const std::string& name, auto& block, auto& found) {
        CAPTURE(name);
        for (int j = 0; j < block.cols; ++j)
          for (int i = 0; i < block.rows; ++i) {
            const double difference = check::difference_quotient(block(i, j), [&] {
              const auto out = tile->output(*w);
              return (out.matrix().array() * cotangent.matrix().array()).sum();
            });
            CHECK(std::abs(found(i, j) - difference) <= 1e-7 * (1 + std::abs(difference)));
            ++compared;
          }
      },
      tile->parameters, *gradient);
  CHECK(static_cast<std::size_t>(compared) == gdm::parameter_count<Network>(tile->parameters));
}

template <class S, gdm::DenoiserShape shape>
void check_sampling(double tolerance) {
  using Network = Denoiser::Network<S, shape>;
  const auto tile = std::make_unique<Tile<S, shape>>();
  const auto w = std::make_unique<typename Network::template Workspace<B>>();
  const auto expected = tile->output(*w);
  typename Network::Tables tables{};
  Network::tabulate(tile->parameters, tables);
  const auto scratch = std::make_unique<typename Network::template Scratch<B>>();
  for (int b = 0; b < B; ++b) {  // columns of different steps are predicted one by one
    gdm::Block<S, shape.latents, B> y{};
    gdm::Block<S, shape.features, B> condition{};
    y.matrix().col(0) = tile->y.matrix().col(b);
    condition.matrix().col(0) = tile->condition.matrix().col(b);
    typename Network::template Instance<B> instance{};
    Network::condition(tile->parameters, condition, 1, instance);
    gdm::Block<S, shape.latents, 2 * B> out{}, alone{};
    Network::template predict<true>(tile->parameters, tables, steps[static_cast<std::size_t>(b)], y, instance, 1,
                                    *scratch, out);
    Network::template predict<false>(tile->parameters, tables, steps[static_cast<std::size_t>(b)], y, instance, 1,
                                     *scratch, alone);
    for (int i = 0; i < shape.latents; ++i) {
      const double found = static_cast<double>(out(i, dropped[static_cast<std::size_t>(b)] ? 1 : 0));
      CHECK(std::abs(found - static_cast<double>(expected(i, b))) <= tolerance);
      CHECK(alone(i, 0) == out(i, 0));  // guidance is one batch and changes no bit of the conditional half
    }
  }
}

}  // namespace

TEST_CASE("SetMlp with token and global parts: the gradient by every weight agrees with differences") {
  check_gradient<full>();
}
TEST_CASE("SetMlp with tokens alone, pooled by sum: likewise") { check_gradient<tokens_only>(); }
TEST_CASE("SetMlp whose latents are all global: likewise") { check_gradient<globals_only>(); }

TEST_CASE("SetMlp predicts in sampling what it computes in training, guided and dropped columns included") {
  check_sampling<double, full>(1e-12);
  check_sampling<double, tokens_only>(1e-12);
  check_sampling<double, globals_only>(1e-12);
  check_sampling<float, full>(1e-5);
}

TEST_CASE("SetMlp's weights have the same type for any number of tokens") {
  constexpr gdm::DenoiserShape more{.latents = 7,
                                    .features = 14,
                                    .steps = 4,
                                    .tokens = 7,
                                    .token_features = 2,
                                    .token_latents = 1,
                                    .pools_sum = true};
  static_assert(
      std::is_same_v<Denoiser::Network<float, tokens_only>::Parameters, Denoiser::Network<float, more>::Parameters>);
  CHECK(gdm::parameter_count<Denoiser::Network<float, more>>(Denoiser::Network<float, more>::Parameters{}) > 0);
}
