// SPDX-License-Identifier: MIT
/// @file
/// @brief A training run from datasets to a model: rows, statistics, losses, the loop, checkpoints.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include <gdm/model/checkpoint_file.hpp>
#include <gdm/model/model.hpp>
#include <gdm/model/model_file.hpp>
#include <gdm/model/policies.hpp>
#include <gdm/train/denoising_loss.hpp>
#include <gdm/train/trainer.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// The step features of the training rows of a problem that has them.
template <class ProblemCodec>
struct RowStepFeatures {
  ProblemCodec codec;
  std::vector<typename ProblemCodec::Instance> instances;
  template <class S>
  void operator()(std::size_t row, const S* latent, S* to) const {
    codec.step_features(instances[row], latent, to);
  }
};

/// Widens the range of `s` to that of `seen`; mean and deviation stay, for the weights belong to them.
template <int N>
void widen(Standardisation<N>& s, const Standardisation<N>& seen) {
  for (int i = 0; i < N; ++i) {
    const auto to_units = [&](double limit) {
      return (seen.mean[i] + limit * seen.deviation[i] - s.mean[i]) / s.deviation[i];
    };
    s.lowest[i] = std::min(s.lowest[i], to_units(seen.lowest[i]));
    s.highest[i] = std::max(s.highest[i], to_units(seen.highest[i]));
  }
}

/// The statistics of another size of a problem whose tokens share them.
template <int N, int M>
Standardisation<N> resized(const Standardisation<M>& from, int tokens, int from_tokens, int per_token) {
  Standardisation<N> to;
  for (int i = 0; i < N; ++i) {
    const int k = i < tokens * per_token ? i % std::max(1, per_token) : i - (tokens - from_tokens) * per_token;
    to.mean[i] = from.mean[k];
    to.deviation[i] = from.deviation[k];
    to.lowest[i] = from.lowest[k];
    to.highest[i] = from.highest[k];
  }
  return to;
}

/// Trains the model of one type of optimizer on rows of one or several sizes of its problem.
/// @tparam Set       its policies (gdm/model/policies.hpp)
/// @tparam ModelType gdm::Model
template <Problem P, class Set, class ModelType>
class Training {
  using Scalar = typename Set::Scalar;
  using Network = typename ModelType::Network;
  using ProblemCodec = typename ModelType::ProblemCodec;
  using State = TrainState<typename Network::Parameters>;
  template <class Q>
  using NetworkOf = typename Set::Denoiser::template Network<Scalar, denoiser_shape<Q, Set::Schedule::steps>()>;
  template <class Q>
  using CodecOf = Codec<Q, Network::tied>;

 public:
  Training(ModelSlot<ModelType>& slot, ModelIdentity identity) : slot_(slot), identity_(std::move(identity)) {}

  /// @throws Error as GdmOptimizer::train; the slot keeps its model, or gets that of the last good epoch
  template <class Reduction, class Options, class... Q, class... Callbacks>
  TrainReport run(const Reduction& reduction, const Options& options, const std::tuple<const Dataset<Q>&...>& sets,
                  Callbacks&... callbacks) {
    std::shared_ptr<const ModelType> start;
    ProblemCodec codec;
    const auto losses = reduction.together([&] {
      options.validate();
      std::apply([](const auto&... data) { (data.validate(), ...); }, sets);
      auto rows = std::apply(
          [&](const auto&... data) {
            return std::tuple(std::make_unique<DescribedRows<Scalar, NetworkOf<Q>, Q>>(data, options.threads)...);
          },
          sets);
      CodecStatistics statistics;
      std::apply([&](const auto&... set) { (set->gather(statistics), ...); }, rows);
      if (options.fine_tune) start = slot_.require("train with fine_tune");
      codec = ProblemCodec(statistics);
      if (start) {
        const ProblemCodec seen = codec;
        codec = start->codec;
        widen(codec.features, seen.features);
        widen(codec.latents, seen.latents);
      }
      return std::apply([&](auto&... set) { return std::tuple(make_loss<Q>(codec, *set, options)...); }, rows);
    });
    return loop(reduction, options, codec, start.get(), losses, callbacks...);
  }

 private:
  /// The rows as the network of their size reads them.
  template <class Q, class Rows, class Options>
  static auto make_loss(const ProblemCodec& codec, Rows& set, const Options& options) {
    using Net = NetworkOf<Q>;
    CodecOf<Q> of_size;
    if constexpr (std::same_as<CodecOf<Q>, ProblemCodec>) {
      of_size = codec;
    } else {
      of_size.features = resized<CodecOf<Q>::feature_size>(codec.features, CodecOf<Q>::tokens.count,
                                                           ProblemCodec::tokens.count, codec.tokens.features);
      of_size.latents = resized<CodecOf<Q>::latent_size>(codec.latents, CodecOf<Q>::tokens.count,
                                                         ProblemCodec::tokens.count, codec.tokens.latents);
    }
    set.standardise(of_size, options.threads);
    if constexpr (has_step_features<Q>) {
      using Step = RowStepFeatures<CodecOf<Q>>;
      return DenoisingLoss<Scalar, Net, typename Set::Schedule, typename Set::Parameterisation, Step>(
          std::move(set.rows), options.p_uncond, Step{of_size, std::move(set.instances)});
    } else {
      return DenoisingLoss<Scalar, Net, typename Set::Schedule, typename Set::Parameterisation>(std::move(set.rows),
                                                                                                options.p_uncond);
    }
  }

  template <class Reduction, class Options, class Losses, class... Callbacks>
  TrainReport loop(const Reduction& reduction, const Options& options, const ProblemCodec& codec,
                   const ModelType* start, const Losses& losses, Callbacks&... callbacks) {
    auto trainer = std::apply(
        [](const auto&... loss) {
          return Trainer<Scalar, typename Network::Parameters, std::remove_cvref_t<decltype(loss)>...>(loss...);
        },
        losses);
    auto state = std::make_unique<State>();
    if (start != nullptr) {
      state->weights = start->weights;
    } else {
      Network::initialise(state->weights, options.seed);
    }
    state->average = state->weights;
    const std::string run = fingerprint(options, start, losses);
    reduction.require_same("training: rows and options",
                           [&] { return Crc32().add(std::as_bytes(std::span(run))).value(); });
    CheckpointFile<Network> checkpoint(options.checkpoint, run);
    reduction.on_leader([&] {
      checkpoint.resume(*state);
      return true;
    });
    share_state(reduction, *state);
    const auto adopt = [&] {
      if (state->epoch == 0) return;
      auto model = std::make_unique<ModelType>();
      model->codec = codec;
      model->weights = state->average;
      model->knows_null = options.p_uncond > 0 || (start != nullptr && start->knows_null);
      slot_.put(std::move(model));
    };
    const auto save = [&](const State& now) {
      reduction.on_leader([&] {
        checkpoint.save_when_due(now, options);
        return true;
      });
    };
    try {
      TrainReport report = trainer.run_with(reduction, *state, options, save, callbacks...);
      adopt();
      return report;
    } catch (const Error& error) {
      if (error.code() == Errc::diverged) adopt();
      throw;
    }
  }

  /// All that decides the bits of a run, but for the number of threads: a checkpoint of another run is refused.
  template <class Options, class Losses>
  std::string fingerprint(const Options& options, const ModelType* start, const Losses& losses) const {
    std::string text = identity_.problem + " " + identity_.schedule + " " + identity_.denoiser + " " +
                       identity_.parameterisation + options.text();
    std::apply([&](const auto&... loss) { ((text += " rows " + loss.fingerprint()), ...); }, losses);
    if (start != nullptr) {
      const std::span<const Scalar> weights = flat<Scalar>(start->weights);
      text += " from crc " + std::to_string(Crc32().add(std::as_bytes(weights)).value());
    }
    return text;
  }

  ModelSlot<ModelType>& slot_;
  ModelIdentity identity_;
};

}  // namespace detail
GDM_NAMESPACE_END
