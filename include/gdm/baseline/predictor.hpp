// SPDX-License-Identifier: MIT
/// @file
/// @brief What the learned baselines share: a network that maps a condition to one latent, and the solver around it.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include <gdm/core/parallel.hpp>
#include <gdm/data/dataset.hpp>
#include <gdm/model/model.hpp>
#include <gdm/model/policies.hpp>
#include <gdm/train/encoded_rows.hpp>
#include <gdm/train/options.hpp>

GDM_NAMESPACE_BEGIN

/// Settings of a baseline's `solve`. There is no seed: a prediction is not random.
struct PredictOptions {
  int threads = 0;  ///< of solve_batch: 0 = all of the machine
};

namespace detail {

/// A denoiser's network without anything to denoise: the noisy latent is zero and the step always the first. So a
/// baseline has the very network, features, decoder and projection of GdmOptimizer, and only the learning differs.
/// @tparam Head  turns the network's output into a standardised latent: `Head::latent(codec, output, column)`
template <Problem P, class Head, class... Policies>
class Predictor {
 public:
  using Set = PolicySet<P, Policies...>;
  using Traits = ProblemTraits<P>;
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  using Scalar = typename Set::Scalar;
  using Network = typename Set::Denoiser::template Network<Scalar, denoiser_shape<P, 1>()>;
  using Parameters = typename Network::Parameters;
  using ProblemCodec = Codec<P, Network::tied>;
  using TrainOptions = BasicTrainOptions<typename Set::Training>;
  using SolveOptions = PredictOptions;

  /// True after `train`.
  [[nodiscard]] bool trained() const noexcept { return model_.filled(); }

  /// The predicted solution of one instance, feasible.
  /// @throws Error [GDM-R221] before training, [GDM-R202] on a senseless condition
  [[nodiscard]] Solution solve(const Condition& x, const SolveOptions& = {}) const {
    const auto model = model_.require("solve");
    Traits::validate(x);
    Solution y;
    predict(
        *model, 1, [&](std::size_t) { return x; }, [&](std::size_t, const Solution& found) { y = found; });
    return y;
  }

  /// Solutions of many instances, one row each; row i is `solve` of row i.
  /// @throws Error as `solve`; [GDM-R212] on rows of another size
  [[nodiscard]] xt::xtensor<double, 2> solve_batch(const xt::xtensor<double, 2>& conditions,
                                                   const SolveOptions& options = {}) const {
    const auto model = model_.require("solve_batch");
    require_columns<Condition>(conditions, "solve_batch conditions");
    const std::size_t n = conditions.shape(0);
    for (std::size_t i = 0; i < n; ++i) Traits::validate(row_of<Condition>(conditions, i));
    xt::xtensor<double, 2> solutions;
    solutions.resize({n, static_cast<std::size_t>(Traits::solution_size)});
    constexpr std::size_t piece = Network::batch;
    parallel_for(static_cast<int>((n + piece - 1) / piece), thread_count(options.threads), [&](int k) {
      const std::size_t begin = static_cast<std::size_t>(k) * piece;
      predict(
          *model, std::min(n - begin, piece), [&](std::size_t j) { return row_of<Condition>(conditions, begin + j); },
          [&](std::size_t j, const Solution& y) { set_row(solutions, begin + j, y); });
    });
    return solutions;
  }

 protected:
  using ModelType = Model<P, Scalar, Network>;
  using Instance = typename ProblemCodec::Instance;

  /// One thread's buffers: what `forward` reads, writes and keeps.
  struct Buffers {
    Block<Scalar, Network::features, Network::batch> features;
    std::array<Instance, Network::batch> instances;
    std::array<int, Network::batch> tokens;
    Block<Scalar, Network::latents, 2 * Network::batch> output;
    typename Network::template Instance<Network::batch> conditioned;
    typename Network::template Scratch<Network::batch> scratch;
    Block<Scalar, Network::inputs, Network::batch> nothing;
  };

  static void encode(const ProblemCodec& codec, const Condition& x, int column, Buffers& b) {
    const auto j = static_cast<std::size_t>(column);
    codec.encode_condition(x, b.instances[j], b.features.column(column));
    b.tokens[j] = b.instances[j].tokens;
  }
  /// The network's output for the `n` <= Network::batch conditions that were encoded.
  static void forward(const Parameters& weights, const typename Network::Tables& tables, int n, Buffers& b) {
    Network::condition(weights, b.features, n, has_present<P> ? b.tokens.data() : nullptr, b.conditioned);
    Network::template predict<false>(weights, tables, 1, b.nothing, b.conditioned, n, b.scratch, b.output);
  }

  template <class Read, class Write>
  static void predict(const ModelType& model, std::size_t n, const Read& read, const Write& write) {
    ThreadBuffers<Buffers> b;
    for (std::size_t j = 0; j < n; ++j) encode(model.codec, read(j), static_cast<int>(j), *b);
    forward(model.weights, model.tables, static_cast<int>(n), *b);
    for (std::size_t j = 0; j < n; ++j) {
      Scalar* const latent = b->output.column(static_cast<int>(j));
      Head::latent(model.codec, latent);
      write(j, model.codec.decode(b->instances[j], latent));
    }
  }

  void adopt(const ProblemCodec& codec, const Parameters& weights) {
    auto model = std::make_unique<ModelType>();
    model->codec = codec;
    model->weights = weights;
    model_.put(std::move(model));
  }

 private:
  ModelSlot<ModelType> model_;
};

}  // namespace detail
GDM_NAMESPACE_END
