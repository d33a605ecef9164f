// SPDX-License-Identifier: MIT
/// @file
/// @brief The loss of proximal policy optimization on one tile of rollouts: clipped surrogate, value and entropy.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <gdm/autodiff/compose.hpp>
#include <gdm/autodiff/dense.hpp>
#include <gdm/core/random.hpp>
#include <gdm/nn/parameters.hpp>

GDM_NAMESPACE_BEGIN

/// Settings of PPO apart from those of every training run.
struct PpoOptions {
  double clip = 0.2;                 ///< the probability ratio counts within [1 - clip, 1 + clip], > 0
  double value_weight = 0.5;         ///< of the critic's squared error, >= 0
  double entropy_weight = 0;         ///< of the policy's entropy, >= 0
  double initial_deviation = 1;      ///< of the policy, in standard deviations of the latent, > 0
  double smallest_deviation = 0.01;  ///< below which the policy is not narrowed any further, > 0
  std::size_t reuse = 4;             ///< epochs that one set of rollouts is trained on, >= 1

  /// @throws Error [GDM-R201] naming the option that is out of range
  void validate() const {
    const auto require = [](bool good, const char* option, double value, const char* remedy) {
      if (!good) {
        throw Error(Errc::invalid_argument, std::string("PPO option ") + option, "it is " + std::to_string(value),
                    remedy);
      }
    };
    require(clip > 0, "clip", clip, "Give a positive number, 0.2 say");
    require(value_weight >= 0, "value_weight", value_weight, "Give a weight that is not negative");
    require(entropy_weight >= 0, "entropy_weight", entropy_weight, "Give a weight that is not negative");
    require(initial_deviation > 0, "initial_deviation", initial_deviation, "Give a positive number");
    require(smallest_deviation > 0, "smallest_deviation", smallest_deviation, "Give a positive number");
    require(reuse >= 1, "reuse", static_cast<double>(reuse), "Give at least 1");
  }
};

/// What was seen when the policy of the time was followed; row k belongs to condition k.
template <class S, class Network>
struct Rollouts {
  std::size_t count = 0;
  std::vector<S> features;         ///< Network::features numbers a row, standardised
  std::vector<int> tokens;         ///< present tokens of a row
  std::vector<S> actions;          ///< Network::latents numbers a row
  std::vector<S> log_probability;  ///< of the action under the policy that chose it, without its constant
  std::vector<S> advantage;        ///< normalised to mean 0 and deviation 1
  std::vector<S> reward;
};

/// Actor and critic: a Gaussian policy N(mu(x), diag(deviation^2)) over latents, and the reward to be expected.
/// @tparam Actor  the network of a denoiser policy, run on a latent of zeros
template <class S, class Actor>
struct ActorCritic {
  static constexpr int latents = Actor::latents;
  static constexpr int features = Actor::features;
  static constexpr int tile = Actor::tile;
  static constexpr int width = 64;
  using Critic = Chain<Dense<features, width, Silu>, Dense<width, width, Silu, Skip::residual>, Dense<width, 1>>;

  struct Parameters {
    typename Actor::Parameters actor;
    typename Critic::template Parameters<S> critic;
    Block<S, latents, 1> log_deviation;
  };
  template <int B>
  struct Workspace {
    typename Actor::template Workspace<B> actor;
    typename Critic::template Workspace<S, B> critic;
  };

  template <class F, class First, class... P>
  static void visit(const F& f, First& first, P&... p) {
    Actor::visit([&](const std::string& n, auto&... b) { f(detail::dotted("actor", n), b...); }, first.actor,
                 p.actor...);
    Critic::visit([&](const std::string& n, auto&... b) { f(detail::dotted("critic", n), b...); }, first.critic,
                  p.critic...);
    f("log_deviation", first.log_deviation, p.log_deviation...);
  }
  static void initialise(Parameters& p, std::uint64_t seed, double deviation) {
    gdm::initialise<ActorCritic>(p, seed, "critic.2.");
    Actor::initialise(p.actor, seed);
    for (int i = 0; i < latents; ++i) p.log_deviation(i, 0) = S(std::log(deviation));
  }
  template <int B>
  static void prepare(const Parameters& p, Workspace<B>& w) {
    Actor::prepare(p.actor, w.actor);
    Critic::prepare(p.critic, w.critic);
  }
};

/// log pi(a | x) without its constant: -sum_i ((a_i - mu_i) / s_i)^2 / 2 + log s_i.
template <int N, class S>
S gaussian_log_probability(const S* action, const S* mean, const S* log_deviation) {
  S sum(0);
  for (int i = 0; i < N; ++i) {
    const S z = (action[i] - mean[i]) * std::exp(-log_deviation[i]);
    sum -= z * z / 2 + log_deviation[i];
  }
  return sum;
}

/// -min(r A, clip(r) A) + value_weight (V - reward)^2 - entropy_weight * entropy, with the probability ratio r of an
/// action under the new and the old policy (Schulman et al. 2017, Eq. 7 and 9; one-step episodes, so the return is the
/// reward).
template <class S, class Actor>
class PpoLoss {
 public:
  using Network = ActorCritic<S, Actor>;
  using Parameters = typename Network::Parameters;
  static constexpr int tile = Network::tile;
  static constexpr int latents = Network::latents;

  /// Buffers of one thread.
  struct Workspace {
    typename Network::template Workspace<tile> network;
    Block<S, Network::features, tile> condition;
    Block<S, Actor::inputs, tile> nothing;
    Block<S, latents, tile> mean, d_mean;
    Block<S, 1, tile> value, d_value;
    std::array<int, tile> t, tokens;
    std::array<bool, tile> dropped;
  };

  PpoLoss(const Rollouts<S, Actor>& rollouts, const PpoOptions& options) : rollouts_(rollouts), options_(options) {}

  [[nodiscard]] std::size_t size() const noexcept { return rollouts_.count; }
  [[nodiscard]] double total(const std::uint32_t*, std::size_t count) const { return static_cast<double>(count); }

  /// Adds the gradient of `scale` * loss over `count` <= tile rows; returns the loss.
  double accumulate(const Parameters& p, const std::uint32_t* rows, int count, S scale, StreamId, Workspace& w,
                    Parameters& gradient) const {
    w.t.fill(1);
    w.dropped.fill(false);
    w.nothing = {};
    w.condition = {};
    for (int j = 0; j < tile; ++j) {
      const std::size_t row = rows[j < count ? j : 0];
      std::copy_n(rollouts_.features.data() + row * Network::features, Network::features, w.condition.column(j));
      w.tokens[static_cast<std::size_t>(j)] = rollouts_.tokens[row];
    }
    Actor::forward(p.actor, w.nothing, w.condition, w.t.data(), w.dropped.data(), w.tokens.data(), w.network.actor,
                   w.mean);
    Network::Critic::forward(p.critic, w.condition, w.network.critic, w.value);
    w.d_mean = {};
    w.d_value = {};
    double sum = 0;
    for (int j = 0; j < count; ++j) sum += row(p, rows[j], j, scale, w, gradient);
    Actor::pullback(p.actor, w.dropped.data(), w.network.actor, w.d_mean, gradient.actor);
    Network::Critic::template pullback<S, tile>(p.critic, w.network.critic, w.d_value, gradient.critic, nullptr);
    return sum;
  }

 private:
  double row(const Parameters& p, std::size_t k, int j, S scale, Workspace& w, Parameters& gradient) const {
    const S* action = rollouts_.actions.data() + k * latents;
    const S advantage = rollouts_.advantage[k];
    const S now = gaussian_log_probability<latents>(action, w.mean.column(j), p.log_deviation.data);
    // An action that the new policy makes 20 million times likelier is past any clipping; the exponential stays finite.
    const S ratio = std::exp(std::min(now - rollouts_.log_probability[k], S(17)));
    const S clipped = std::clamp(ratio, S(1 - options_.clip), S(1 + options_.clip));
    const S surrogate = std::min(ratio * advantage, clipped * advantage);
    const bool active = ratio * advantage <= clipped * advantage;
    const S weight = active ? -scale * advantage * ratio : S(0);
    S entropy(0);
    for (int i = 0; i < latents; ++i) {
      const S inverse = std::exp(-p.log_deviation(i, 0));
      const S z = (action[i] - w.mean(i, j)) * inverse;
      w.d_mean(i, j) = weight * z * inverse;
      gradient.log_deviation(i, 0) += weight * (z * z - 1) - scale * S(options_.entropy_weight);
      entropy += p.log_deviation(i, 0);
    }
    const S error = w.value(0, j) - rollouts_.reward[k];
    w.d_value(0, j) = scale * S(options_.value_weight) * 2 * error;
    return static_cast<double>(-surrogate + S(options_.value_weight) * error * error -
                               S(options_.entropy_weight) * entropy);
  }

  const Rollouts<S, Actor>& rollouts_;
  PpoOptions options_;
};

GDM_NAMESPACE_END
