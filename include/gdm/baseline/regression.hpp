// SPDX-License-Identifier: MIT
/// @file
/// @brief Regression: the denoiser's network, trained to predict the label itself (the paper's MTFNN).
#pragma once

#include <gdm/baseline/predictor.hpp>
#include <gdm/baseline/supervised_loss.hpp>
#include <gdm/refused.hpp>
#include <gdm/train/trainer.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// Whether a row of P's latent is a yes or no by its sign, which a regression trains as a class: a sigmoid and
/// cross-entropy instead of the identity and the squared error.
template <class P>
struct DecisionLatents {
  static constexpr bool decision(int row) noexcept {
    if constexpr (requires {
                    { P::decision_latent(row) } -> std::same_as<bool>;
                  }) {
      return P::decision_latent(row);
    } else {
      return false;
    }
  }
};

/// Decisions leave the network as log-odds; the latent wants the sign.
template <Problem P>
struct SupervisedHead {
  template <class Codec, class S>
  static void latent(const Codec& codec, S* output) {
    for (int i = 0; i < Codec::latent_size; ++i)
      if (DecisionLatents<P>::decision(i)) {
        const double sign = output[i] > 0 ? 1.0 : -1.0;
        output[i] = S((sign - codec.latents.mean[i]) / codec.latents.deviation[i]);
      }
  }
};

/// What Regression is made of.
template <class P, class... Policies>
class RegressionImplementation : public Predictor<P, SupervisedHead<P>, Policies...> {
  using Base = Predictor<P, SupervisedHead<P>, Policies...>;
  using Scalar = typename Base::Scalar;
  using Network = typename Base::Network;
  using Loss = SupervisedLoss<Scalar, Network, DecisionLatents<P>>;

 public:
  using TrainOptions = typename Base::TrainOptions;

  /// Trains on the rows of `data`; `options.p_uncond` has no meaning here.
  /// @throws Error on bad options or data; [GDM-R301] when the loss diverges; the baseline is then unchanged
  template <class... Callbacks>
  TrainReport train(const Dataset<P>& data, const TrainOptions& options = {}, Callbacks&&... callbacks) {
    options.validate();
    data.validate();
    DescribedRows<Scalar, Network, P> described(data, options.threads);
    CodecStatistics statistics;
    described.gather(statistics);
    const typename Base::ProblemCodec codec(statistics);
    described.standardise(codec, options.threads);
    label_decisions(codec, described.rows);
    const Loss loss(std::move(described.rows));
    using Training = Trainer<Scalar, typename Base::Parameters, Loss>;
    auto state = std::make_unique<typename Training::State>();
    Network::initialise(state->weights, options.seed);
    state->average = state->weights;
    Training training(loss);
    const TrainReport report = training.run(
        *state, options, [](const auto&) {}, callbacks...);
    Base::adopt(codec, state->average);
    return report;
  }

 private:
  /// The latents that are decisions become 0 or 1.
  static void label_decisions(const typename Base::ProblemCodec& codec, EncodedRows<Scalar, Network>& rows) {
    for (std::size_t i = 0; i < rows.latents.size(); ++i) {
      const int k = static_cast<int>(i % Network::latents);
      if (!DecisionLatents<P>::decision(k)) continue;
      const double z = codec.latents.mean[k] + codec.latents.deviation[k] * static_cast<double>(rows.latents[i]);
      rows.latents[i] = Scalar(z > 0 ? 1 : 0);
    }
  }
};

}  // namespace detail

/// Supervised learning with the network, features, decoder, projection, optimizer (Adam, EMA, learning-rate schedule)
/// and number of steps of `GdmOptimizer<P, Policies...>` (the paper's baseline of [8], arXiv 2411.00453, Section
/// IV-A4). The face is GdmOptimizer's: `train`, `solve`, `solve_batch`, and gdm::evaluate takes it.
template <class P, class... Policies>
class Regression : public detail::checked_t<detail::RegressionImplementation, P, Policies...> {};

/// The paper's name for it.
template <class P, class... Policies>
using Mtfnn = Regression<P, Policies...>;

GDM_NAMESPACE_END
