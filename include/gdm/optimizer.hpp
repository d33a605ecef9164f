// SPDX-License-Identifier: MIT
/// @file
/// @brief GdmOptimizer: a problem and its policies put together into something that trains and solves.
#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include <gdm/core/parallel.hpp>
#include <gdm/data/dataset.hpp>
#include <gdm/diffusion/denoise.hpp>
#include <gdm/model/checkpoint_file.hpp>
#include <gdm/model/codec.hpp>
#include <gdm/model/model_file.hpp>
#include <gdm/policies.hpp>
#include <gdm/refused.hpp>
#include <gdm/solve/options.hpp>
#include <gdm/train/denoising_loss.hpp>
#include <gdm/train/trainer.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

template <class P, class... Policies>
class OptimizerImplementation {
  using Set = PolicySet<P, Policies...>;
  using Traits = ProblemTraits<P>;

 public:
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  using Scalar = typename Set::Scalar;
  using Schedule = typename Set::Schedule;
  using Denoiser = typename Set::Denoiser;
  using Parameterisation = typename Set::Parameterisation;
  using Sampler = typename Set::Sampler;
  using Network = typename Denoiser::template Network<Scalar, denoiser_shape<P, Schedule::steps>()>;
  using Parameters = typename Network::Parameters;
  using ProblemCodec = Codec<P, Network::tied>;
  using TrainOptions = BasicTrainOptions<typename Set::Training>;
  using SolveOptions = BasicSolveOptions<Set>;

  /// True after `train` or `load`.
  [[nodiscard]] bool trained() const noexcept { return model_ != nullptr; }

  /// Trains on the rows of `data` (Algorithm 1). A callback is any object with `Flow on_epoch(const EpochInfo&)`.
  /// @throws Error on bad options or data, with the optimizer unchanged; [GDM-R301] when the loss diverges, with the
  ///         weights of the last good epoch, if there is one
  template <class... Callbacks>
  TrainReport train(const Dataset<P>& data, const TrainOptions& options = {}, Callbacks&&... callbacks) {
    return train_on(options, std::tuple<const Dataset<P>&>(data), callbacks...);
  }

  /// Refuses rows of another problem.
  template <class Q, class... Callbacks>
  requires(!std::same_as<P, Q>) TrainReport train(const Dataset<Q>&, const TrainOptions& = {}, Callbacks&&...) {
    static_assert(
        std::same_as<P, Q>,
        "[GDM-S64] `train` needs a dataset of the optimizer's own problem; `train_mixture` takes other sizes");
    return {};
  }

  /// Trains on instances of several sizes at once, which only a denoiser for any number of tokens can do:
  /// `train_mixture(std::tie(small, large), {.epochs = 50})`. Batches hold one size each and take turns at random.
  /// @param sets  datasets of problems with the name of P
  /// @throws Error as `train`
  template <class... Sets, class... Callbacks>
  TrainReport train_mixture(const std::tuple<Sets&...>& sets, const TrainOptions& options = {},
                            Callbacks&&... callbacks) {
    static_assert(Network::tied,
                  "[GDM-S19] training on several sizes needs a denoiser for any number of tokens: SetMlp");
    if constexpr (Network::tied) {
      return train_on(options, std::tuple<const Sets&...>(sets), callbacks...);
    } else {
      return {};
    }
  }

  /// The solution of one instance: the best of `options.samples` samples.
  /// @throws Error [GDM-R221] before training, [GDM-R202] on a senseless condition, [GDM-R201] on a bad option
  [[nodiscard]] Solution solve(const Condition& x, const SolveOptions& options = {}) const {
    const Model& model = require_model("solve");
    options.validate();
    Traits::validate(x);
    return solve_valid(model, x, options);
  }

  /// Solutions of many instances, one row each; row i is `solve` of row i with seed + i.
  /// @param conditions  n x condition size, physical units
  /// @throws Error as `solve`, naming the row; [GDM-R212] on rows of another size
  [[nodiscard]] xt::xtensor<double, 2> solve_batch(const xt::xtensor<double, 2>& conditions,
                                                   const SolveOptions& options = {}) const {
    const Model& model = require_model("solve_batch");
    options.validate();
    require_columns<Condition>(conditions, "solve_batch conditions");
    const std::size_t n = conditions.shape(0);
    for (std::size_t i = 0; i < n; ++i) validate_row(conditions, i);
    xt::xtensor<double, 2> solutions;
    solutions.resize({n, static_cast<std::size_t>(Traits::solution_size)});
    const std::size_t piece = options.samples == 1 ? batch : 1;
    parallel_for(static_cast<int>((n + piece - 1) / piece), thread_count(options.threads), [&](int k) {
      const std::size_t begin = static_cast<std::size_t>(k) * piece;
      solve_rows(model, conditions, begin, std::min(n, begin + piece), options, solutions);
    });
    return solutions;
  }

  /// The denoising path of one sample: every intermediate latent decoded, with its objective (the paper's Fig. 8-10).
  [[nodiscard]] Trajectory<P> trajectory(const Condition& x, const SolveOptions& options = {}) const {
    const Model& model = require_model("trajectory");
    options.validate();
    Traits::validate(x);
    constexpr std::size_t points = static_cast<std::size_t>(Process::steps) + 1;
    Trajectory<P> path;
    path.objective.resize({points});
    path.solutions.resize({points, static_cast<std::size_t>(Traits::solution_size)});
    Workspace& w = workspace();
    const auto encoded = prepare_instance(model, x, w);
    const ColumnKey key{options.seed, 0};
    denoise(model, 1, &key, options.omega, w, [&](int k, const auto& y) {
      const Solution solution = model.codec.decode(x, encoded, y.column(0));
      set_row(path.solutions, static_cast<std::size_t>(k), solution);
      path.objective(static_cast<std::size_t>(k)) = static_cast<double>(P::objective(x, solution));
    });
    return path;
  }

  /// Writes the trained model (see gdm/model/model_file.hpp for the format).
  /// @throws Error [GDM-R221] before training, [GDM-R401] if the file cannot be written
  void save(const std::filesystem::path& path) const {
    PosixFileSystem fs;
    save(fs, path);
  }
  /// @copydoc save
  template <class Fs>
  void save(Fs& fs, const std::filesystem::path& path) const {
    constexpr bool sound = FileSystem<Fs>;
    static_assert(sound, "[GDM-S94] a file system needs the members that gdm/data/file_system.hpp lists");
    if constexpr (sound) {
      const Model& model = require_model("save");
      save_model<P, Network>(fs, path, identity(), model.codec, model.weights);
    }
  }

  /// An optimizer from a file that `save` wrote.
  /// @throws Error [GDM-R401] to [GDM-R403] naming file, tensor, what was found and what to do
  template <class Self>
  [[nodiscard]] static Self load_as(const std::filesystem::path& path) {
    auto model = std::make_unique<Model>();
    PosixFileSystem fs;
    load_model<P, Network>(fs, path, identity(), model->codec, model->weights);
    Self optimizer;
    optimizer.model_ = finished(std::move(model));
    return optimizer;
  }

  /// The trained weights by name, for inspection. @throws Error [GDM-R221] before training
  [[nodiscard]] const Parameters& weights() const { return require_model("weights").weights; }

  /// Number of trainable numbers.
  [[nodiscard]] static std::size_t parameter_count() {
    return gdm::parameter_count<Network>(*std::make_unique<Parameters>());
  }

 private:
  using Process = ReverseProcess<Scalar, Network, Schedule, Parameterisation, Sampler>;
  static constexpr int batch = Network::batch;

  /// All that solving needs, never changed once it is made: any number of threads may read it.
  struct Model {
    ProblemCodec codec;
    Parameters weights;
    typename Network::Tables tables;
    Block<Scalar, Network::latents, 1> low, high;
    Process process;
  };

  /// One thread's buffers, made at its first call.
  struct Workspace {
    Block<Scalar, Network::features, batch> condition;
    typename Network::template Instance<batch> instance;
    typename Process::template Scratch<batch> scratch;
    typename Process::template Latents<batch> y;
  };
  static Workspace& workspace() {
    thread_local const std::unique_ptr<Workspace> buffers(new Workspace{});
    return *buffers;
  }

  const Model& require_model(const char* where) const {
    if (!model_) throw Error(Errc::not_trained, where, "the optimizer has no weights yet", "Call train or load first");
    return *model_;
  }

  static void validate_row(const xt::xtensor<double, 2>& conditions, std::size_t row) {
    try {
      Traits::validate(row_of<Condition>(conditions, row));
    } catch (const Error& error) {
      throw error.within("solve_batch row " + std::to_string(row));
    }
  }

  static ModelIdentity identity() {
    return {std::string(Traits::name()), Schedule::name(), Denoiser::name(), Parameterisation::name()};
  }

  /// Adds what follows from the weights.
  static std::shared_ptr<const Model> finished(std::unique_ptr<Model> model) {
    Network::tabulate(model->weights, model->tables);
    for (int i = 0; i < Network::latents; ++i) {
      model->low(i, 0) = Scalar(model->codec.latents.lowest[i]);
      model->high(i, 0) = Scalar(model->codec.latents.highest[i]);
    }
    return model;
  }

  static typename ProblemCodec::Encoded prepare_instance(const Model& model, const Condition& x, Workspace& w) {
    const auto encoded = model.codec.encode_condition(x, w.condition.column(0));
    Network::condition(model.weights, w.condition, 1, w.instance);
    return encoded;
  }

  template <class Observer>
  static void denoise(const Model& model, int n, const ColumnKey* keys, double omega, Workspace& w,
                      const Observer& observe) {
    if (omega == 0) {
      model.process.template run<false>(model.weights, model.tables, w.instance, n, keys, model.low, model.high,
                                        Scalar(0), w.scratch, w.y, observe);
    } else {
      model.process.template run<true>(model.weights, model.tables, w.instance, n, keys, model.low, model.high,
                                       Scalar(omega), w.scratch, w.y, observe);
    }
  }
  static constexpr auto unobserved = [](int, const auto&) {};

  static Solution solve_valid(const Model& model, const Condition& x, const SolveOptions& options) {
    Workspace& w = workspace();
    const auto encoded = prepare_instance(model, x, w);
    const int columns = static_cast<int>(std::min<std::size_t>(options.samples, batch));
    Network::spread(w.instance, columns);
    Solution best;
    double best_value = 0;
    bool found = false;
    const auto offer = [&](const Solution& y) {
      if (options.samples == 1 && !options.baseline) {
        best = y;
        return;
      }
      const double value = static_cast<double>(P::objective(x, y));
      if (found && !Traits::better(value, best_value)) return;
      best = y;
      best_value = value;
      found = true;
    };
    if constexpr (has_baseline<P>) {
      if (options.baseline) offer(P::baseline(x));
    }
    for (std::size_t first = 0; first < options.samples; first += batch) {
      const int n = static_cast<int>(std::min<std::size_t>(batch, options.samples - first));
      std::array<ColumnKey, batch> keys;
      for (int j = 0; j < n; ++j)
        keys[static_cast<std::size_t>(j)] = {options.seed,
                                             static_cast<std::uint32_t>(first) + static_cast<std::uint32_t>(j)};
      denoise(model, n, keys.data(), options.omega, w, unobserved);
      for (int j = 0; j < n; ++j) offer(model.codec.decode(x, encoded, w.y.column(j)));
    }
    return best;
  }

  static void solve_rows(const Model& model, const xt::xtensor<double, 2>& conditions, std::size_t begin,
                         std::size_t end, const SolveOptions& options, xt::xtensor<double, 2>& solutions) {
    if (options.samples > 1 || options.baseline) {
      for (std::size_t i = begin; i < end; ++i) {
        SolveOptions one = options;
        one.seed += i;
        set_row(solutions, i, solve_valid(model, row_of<Condition>(conditions, i), one));
      }
      return;
    }
    Workspace& w = workspace();
    const int n = static_cast<int>(end - begin);
    std::array<typename ProblemCodec::Encoded, batch> encoded;
    std::array<ColumnKey, batch> keys;
    for (std::size_t j = 0; j < end - begin; ++j) {
      encoded[j] = model.codec.encode_condition(row_of<Condition>(conditions, begin + j),
                                                w.condition.column(static_cast<int>(j)));
      keys[j] = {options.seed + begin + j, 0};
    }
    Network::condition(model.weights, w.condition, n, w.instance);
    denoise(model, n, keys.data(), options.omega, w, unobserved);
    for (std::size_t j = 0; j < end - begin; ++j) {
      set_row(
          solutions, begin + j,
          model.codec.decode(row_of<Condition>(conditions, begin + j), encoded[j], w.y.column(static_cast<int>(j))));
    }
  }

  /// The rows as the network of their size reads them.
  template <class Q>
  static auto make_loss(const CodecStatistics& statistics, const Dataset<Q>& data, const TrainOptions& options) {
    using Net = typename Denoiser::template Network<Scalar, denoiser_shape<Q, Schedule::steps>()>;
    const Codec<Q, Net::tied> codec(statistics);
    EncodedRows<Scalar, Net> rows;
    rows.count = data.size();
    rows.features.resize(rows.count * Net::features);
    rows.latents.resize(rows.count * Net::latents);
    constexpr std::size_t piece = 256;
    parallel_for(static_cast<int>((rows.count + piece - 1) / piece), thread_count(options.threads), [&](int k) {
      const std::size_t begin = static_cast<std::size_t>(k) * piece;
      for (std::size_t i = begin; i < std::min(rows.count, begin + piece); ++i) {
        const auto x = data.condition(i);
        const auto encoded = codec.encode_condition(x, rows.features.data() + i * Net::features);
        codec.encode_solution(x, data.solution(i), encoded, rows.latents.data() + i * Net::latents);
      }
    });
    return DenoisingLoss<Scalar, Net, Schedule, Parameterisation>(std::move(rows), options.p_uncond);
  }

  /// Training data of one or several sizes: every problem Q has the name of P.
  template <class... Q, class... Callbacks>
  TrainReport train_on(const TrainOptions& options, const std::tuple<const Dataset<Q>&...>& sets,
                       Callbacks&... callbacks) {
    static_assert(((ProblemTraits<Q>::name() == Traits::name()) && ...),
                  "[GDM-S20] all datasets of a mixture must be of the same problem, in other sizes");
    options.validate();
    std::apply([](const auto&... data) { (data.validate(), ...); }, sets);
    CodecStatistics statistics;
    const auto gather = [&]<class D>(const Dataset<D>& data) {
      for (std::size_t i = 0; i < data.size(); ++i)
        Codec<D, Network::tied>::gather(data.condition(i), data.solution(i), statistics);
    };
    std::apply([&](const auto&... data) { (gather(data), ...); }, sets);
    const auto losses =
        std::apply([&](const auto&... data) { return std::tuple(make_loss(statistics, data, options)...); }, sets);
    return run_training(options, statistics, losses, callbacks...);
  }

  template <class Losses, class... Callbacks>
  TrainReport run_training(const TrainOptions& options, const CodecStatistics& statistics, const Losses& losses,
                           Callbacks&... callbacks) {
    auto trainer = std::apply(
        [](const auto&... loss) {
          return Trainer<Scalar, Parameters, std::remove_cvref_t<decltype(loss)>...>(loss...);
        },
        losses);
    auto state = std::make_unique<TrainState<Parameters>>();
    Network::initialise(state->weights, options.seed);
    state->average = state->weights;
    CheckpointFile<Network> checkpoint(options.checkpoint, fingerprint(options, statistics, losses));
    checkpoint.resume(*state);
    const auto adopt = [&] {
      if (state->epoch == 0) return;
      auto model = std::make_unique<Model>();
      model->codec = ProblemCodec(statistics);
      model->weights = state->average;
      model_ = finished(std::move(model));
    };
    const auto save = [&](const TrainState<Parameters>& now) { checkpoint.save_when_due(now, options); };
    try {
      const TrainReport report = trainer.run(*state, options, save, callbacks...);
      adopt();
      return report;
    } catch (const Error& error) {
      if (error.code() == Errc::diverged) adopt();
      throw;
    }
  }

  /// All that decides the bits of a run, but for the number of threads: a checkpoint of another run is refused.
  template <class Losses>
  static std::string fingerprint(const TrainOptions& options, const CodecStatistics&, const Losses& losses) {
    const ModelIdentity id = identity();
    std::string text = id.problem + " " + id.schedule + " " + id.denoiser + " " + id.parameterisation + options.text();
    std::apply([&](const auto&... loss) { ((text += " rows " + loss.fingerprint()), ...); }, losses);
    return text;
  }

  std::shared_ptr<const Model> model_;

  template <class, class...>
  friend class OptimizerImplementation;
};

}  // namespace detail

/// A conditional diffusion model that has learned to solve instances of problem P.
///
/// Copies share the trained model, which never changes: `solve` may be called on one optimizer from many threads, and
/// touches no heap after a thread's first call.
///
/// | member                                        | what it does                                                       |
/// |-----------------------------------------------|--------------------------------------------------------------------|
/// | `train(data, options, callbacks...)`          | trains on a gdm::Dataset (gdm::BasicTrainOptions, gdm::TrainReport)|
/// | `train_mixture(std::tie(..), options, ..)`    | the same on instances of several sizes                             |
/// | `solve(x, options)`                           | a solution of one instance (gdm::BasicSolveOptions)                |
/// | `solve_batch(conditions, options)`            | solutions of many instances, one row each                          |
/// | `trajectory(x, options)`                      | the denoising path of one sample (gdm::Trajectory)                 |
/// | `save(path)`, `load(path)`                    | writes a model file, reads one                                     |
/// | `trained()`, `weights()`, `parameter_count()` | whether there is a model, its weights, and how many there are      |
///
/// @throws Error from all of them; the page @ref concept_problem explains options and errors
/// @tparam P         a gdm::Problem
/// @tparam Policies  any of: a schedule, a denoiser, a parameterisation, a sampler, PaperPolicies, float or double
template <class P, class... Policies>
class GdmOptimizer : public detail::checked_t<detail::OptimizerImplementation, P, Policies...> {
 public:
  /// An optimizer from a file that `save` wrote.
  /// @throws Error [GDM-R401] to [GDM-R403] naming file, tensor, what was found and what to do
  [[nodiscard]] static GdmOptimizer load(const std::filesystem::path& path) {
    return GdmOptimizer::template load_as<GdmOptimizer>(path);
  }
};

GDM_NAMESPACE_END
