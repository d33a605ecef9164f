// SPDX-License-Identifier: MIT
/// @file
/// @brief PPO: reinforcement learning without labels, one decision an episode.
#pragma once

#include <cmath>

#include <gdm/baseline/ppo_loss.hpp>
#include <gdm/baseline/predictor.hpp>
#include <gdm/refused.hpp>
#include <gdm/train/trainer.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// The policy's mean is the answer.
struct MeanAction {
  template <class Codec, class S>
  static void latent(const Codec&, S*) {}
};

/// What Ppo is made of.
template <class P, class... Policies>
class PpoImplementation : public Predictor<P, MeanAction, Policies...> {
  using Base = Predictor<P, MeanAction, Policies...>;
  using Scalar = typename Base::Scalar;
  using Actor = typename Base::Network;
  using Loss = PpoLoss<Scalar, Actor>;
  using Network = typename Loss::Network;
  using Traits = typename Base::Traits;

 public:
  using TrainOptions = typename Base::TrainOptions;

  /// Trains on the conditions of `data`; `options.p_uncond` has no meaning here.
  /// @throws Error on bad options or data; [GDM-R301] when the loss diverges; the baseline is then unchanged
  template <class... Callbacks>
  TrainReport train(const Dataset<P>& data, const TrainOptions& options = {}, const PpoOptions& ppo = {},
                    Callbacks&&... callbacks) {
    options.validate();
    ppo.validate();
    data.validate();
    DescribedRows<Scalar, Actor, P> described(data, options.threads);
    CodecStatistics statistics;
    described.gather(statistics);
    const typename Base::ProblemCodec codec(statistics);
    Rollouts<Scalar, Actor> rollouts;
    rollouts.count = data.size();
    rollouts.features.resize(data.size() * Actor::features);
    rollouts.actions.resize(data.size() * Actor::latents);
    rollouts.tokens.resize(data.size());
    for (auto* list : {&rollouts.log_probability, &rollouts.advantage, &rollouts.reward}) list->resize(data.size());

    const Loss loss(rollouts, ppo);
    using Training = Trainer<Scalar, typename Network::Parameters, Loss>;
    auto state = std::make_unique<typename Training::State>();
    Network::initialise(state->weights, options.seed, ppo.initial_deviation);
    state->average = state->weights;
    double reward_scale = 0;
    const auto collect = [&](auto& now) {
      for (int i = 0; i < Actor::latents; ++i) {
        Scalar& l = now.weights.log_deviation(i, 0);
        l = std::clamp(l, Scalar(std::log(ppo.smallest_deviation)), Scalar(0.5));
      }
      follow(codec, data, now.weights, options.seed, static_cast<std::uint32_t>(now.epoch), options.threads,
             reward_scale, rollouts);
    };
    collect(*state);
    Training training(loss);
    const TrainReport report = training.run(
        *state, options,
        [&](auto& now) {
          if (now.epoch % ppo.reuse == 0 && now.epoch < options.epochs) collect(now);
        },
        callbacks...);
    Base::adopt(codec, state->average.actor);
    return report;
  }

 private:
  /// How much better than the plain answer `y` is, relative to that answer's objective; within [-1, 1].
  static double reward(const typename P::Condition& x, const typename P::Solution& y) {
    typename P::Solution plain;
    if constexpr (detail::has_baseline<P>) {
      plain = P::baseline(x);
    } else {
      plain = Traits::project(x, P::Solution::Zero());
    }
    const double gap = Traits::gap(Traits::objective(x, y), Traits::objective(x, plain));
    return std::isfinite(gap) ? std::clamp(-gap, -1.0, 1.0) : -1.0;
  }

  /// One action for every condition under the policy of `weights`.
  /// @param scale  deviation of the first rewards; 0 = find it
  static void follow(const typename Base::ProblemCodec& codec, const Dataset<P>& data,
                     const typename Network::Parameters& weights, std::uint64_t seed, std::uint32_t round, int threads,
                     double& scale, Rollouts<Scalar, Actor>& rollouts) {
    const auto tables = std::make_unique<typename Actor::Tables>();
    Actor::tabulate(weights.actor, *tables);
    const std::size_t n = data.size();
    std::vector<double> value(n), gain(n);
    constexpr std::size_t piece = Actor::batch;
    parallel_for(static_cast<int>((n + piece - 1) / piece), thread_count(threads), [&](int k) {
      const std::size_t begin = static_cast<std::size_t>(k) * piece;
      const int count = static_cast<int>(std::min(n - begin, piece));
      ThreadBuffers<typename Base::Buffers> b;
      Block<Scalar, 1, Actor::batch> critic{};
      for (int j = 0; j < count; ++j) {
        const std::size_t row = begin + static_cast<std::size_t>(j);
        Base::encode(codec, data.condition(row), j, *b);
        std::copy_n(b->features.column(j), Actor::features, rollouts.features.data() + row * Actor::features);
        rollouts.tokens[row] = b->tokens[static_cast<std::size_t>(j)];
      }
      Base::forward(weights.actor, *tables, count, *b);
      thread_local typename Network::Critic::template Workspace<Scalar, Actor::batch> workspace{};
      Network::Critic::forward(weights.critic, b->features, workspace, critic);
      for (int j = 0; j < count; ++j) {
        const std::size_t row = begin + static_cast<std::size_t>(j);
        Scalar* const action = rollouts.actions.data() + row * Actor::latents;
        RandomStream random(seed, for_policy_actions, static_cast<std::uint32_t>(row), round);
        for (int i = 0; i < Actor::latents; ++i)
          action[i] = b->output(i, j) + std::exp(weights.log_deviation(i, 0)) * Scalar(random.normal());
        rollouts.log_probability[row] =
            gaussian_log_probability<Actor::latents>(action, b->output.column(j), weights.log_deviation.data);
        const auto x = data.condition(row);
        gain[row] = reward(x, codec.decode(b->instances[static_cast<std::size_t>(j)], action));
        value[row] = static_cast<double>(critic(0, j));
      }
    });
    if (scale == 0) scale = std::max(deviation_of(gain), 1e-9);
    for (std::size_t i = 0; i < n; ++i) {
      gain[i] /= scale;
      rollouts.reward[i] = Scalar(gain[i]);
      gain[i] -= value[i];
    }
    const double deviation = std::max(deviation_of(gain), 1e-9);
    const double mean = mean_of(gain);
    for (std::size_t i = 0; i < n; ++i) rollouts.advantage[i] = Scalar((gain[i] - mean) / deviation);
  }

  static double mean_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double v : values) sum += v;
    return sum / static_cast<double>(values.size());
  }
  static double deviation_of(const std::vector<double>& values) {
    const double mean = mean_of(values);
    double sum = 0;
    for (const double v : values) sum += (v - mean) * (v - mean);
    return std::sqrt(sum / static_cast<double>(values.size()));
  }
};

}  // namespace detail

/// Proximal policy optimization (Schulman et al. 2017) of a contextual bandit: the state is the standardised features,
/// the action a latent, the reward how much better than a plain answer the decoded solution is, and every episode has
/// one step. Actor: the network of `GdmOptimizer<P, Policies...>`; critic: an MLP of width 64.
///
/// Labels are used in one way only, which favours PPO: actions are in units of the labels' mean and deviation.
/// Each set of rollouts has one action for every condition of the data; `PpoOptions::reuse` epochs later it is drawn
/// anew, so that a run has as many optimizer steps as one of GdmOptimizer. `solve` answers with the policy's mean.
template <class P, class... Policies>
class Ppo : public detail::checked_t<detail::PpoImplementation, P, Policies...> {};

GDM_NAMESPACE_END
