// SPDX-License-Identifier: MIT
/// @file
/// @brief What the learned baselines share: a network that maps a condition to one latent, and the solver around it.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <gdm/core/parallel.hpp>
#include <gdm/data/dataset.hpp>
#include <gdm/model/codec.hpp>
#include <gdm/policies.hpp>
#include <gdm/train/denoising_loss.hpp>

GDM_NAMESPACE_BEGIN

/// Settings of a baseline's `solve`. There is no seed: a prediction is not random.
struct PredictOptions {
  int threads = 0;  ///< of solve_batch: 0 = all of the machine; one without OpenMP
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
  [[nodiscard]] bool trained() const noexcept { return model_ != nullptr; }

  /// The predicted solution of one instance, feasible.
  /// @throws Error [GDM-R221] before training, [GDM-R202] on a senseless condition
  [[nodiscard]] Solution solve(const Condition& x, const SolveOptions& = {}) const {
    const Model& model = require_model("solve");
    Traits::validate(x);
    Solution y;
    predict(
        model, 1, [&](std::size_t) { return x; }, [&](std::size_t, const Solution& found) { y = found; });
    return y;
  }

  /// Solutions of many instances, one row each; row i is `solve` of row i.
  /// @throws Error as `solve`; [GDM-R212] on rows of another size
  [[nodiscard]] xt::xtensor<double, 2> solve_batch(const xt::xtensor<double, 2>& conditions,
                                                   const SolveOptions& options = {}) const {
    const Model& model = require_model("solve_batch");
    require_columns<Condition>(conditions, "solve_batch conditions");
    const std::size_t n = conditions.shape(0);
    for (std::size_t i = 0; i < n; ++i) Traits::validate(row_of<Condition>(conditions, i));
    xt::xtensor<double, 2> solutions;
    solutions.resize({n, static_cast<std::size_t>(Traits::solution_size)});
    constexpr std::size_t piece = Network::batch;
    parallel_for(static_cast<int>((n + piece - 1) / piece), thread_count(options.threads), [&](int k) {
      const std::size_t begin = static_cast<std::size_t>(k) * piece;
      predict(
          model, std::min(n - begin, piece), [&](std::size_t j) { return row_of<Condition>(conditions, begin + j); },
          [&](std::size_t j, const Solution& y) { set_row(solutions, begin + j, y); });
    });
    return solutions;
  }

 protected:
  struct Model {
    ProblemCodec codec;
    Parameters weights;
    typename Network::Tables tables;
  };
  using Features = Block<Scalar, Network::features, Network::batch>;
  using Output = Block<Scalar, Network::latents, 2 * Network::batch>;

  /// The network's output for `n` <= Network::batch conditions, given standardised.
  static void forward(const Parameters& weights, const typename Network::Tables& tables, const Features& features,
                      int n, Output& output) {
    struct Buffers {
      typename Network::template Instance<Network::batch> instance{};
      typename Network::template Scratch<Network::batch> scratch{};
      Block<Scalar, Network::latents, Network::batch> nothing{};
    };
    thread_local const std::unique_ptr<Buffers> b(new Buffers{});
    Network::condition(weights, features, n, b->instance);
    Network::template predict<false>(weights, tables, 1, b->nothing, b->instance, n, b->scratch, output);
  }

  template <class Read, class Write>
  static void predict(const Model& model, std::size_t n, const Read& read, const Write& write) {
    Features features{};
    Output output{};
    std::array<typename ProblemCodec::Encoded, Network::batch> encoded;
    for (std::size_t j = 0; j < n; ++j)
      encoded[j] = model.codec.encode_condition(read(j), features.column(static_cast<int>(j)));
    forward(model.weights, model.tables, features, static_cast<int>(n), output);
    for (std::size_t j = 0; j < n; ++j) {
      Scalar* const latent = output.column(static_cast<int>(j));
      Head::latent(model.codec, latent);
      write(j, model.codec.decode(read(j), encoded[j], latent));
    }
  }

  static ProblemCodec fit_codec(const Dataset<P>& data) {
    CodecStatistics statistics;
    for (std::size_t i = 0; i < data.size(); ++i) ProblemCodec::gather(data.condition(i), data.solution(i), statistics);
    return ProblemCodec(statistics);
  }

  void adopt(const ProblemCodec& codec, const Parameters& weights) {
    auto model = std::make_shared<Model>();
    model->codec = codec;
    model->weights = weights;
    Network::tabulate(model->weights, model->tables);
    model_ = std::move(model);
  }

  const Model& require_model(const char* where) const {
    if (!model_) throw Error(Errc::not_trained, where, "the baseline has no weights yet", "Call train first");
    return *model_;
  }

 private:
  std::shared_ptr<const Model> model_;
};

}  // namespace detail
GDM_NAMESPACE_END
