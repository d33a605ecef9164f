// SPDX-License-Identifier: MIT
/// @file
/// @brief GdmOptimizer: a problem and its policies put together into something that trains and solves.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include <gdm/data/dataset.hpp>
#include <gdm/refused.hpp>
#include <gdm/solve/solver.hpp>
#include <gdm/train/learning.hpp>
#include <gdm/train/training.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

template <class P, class... Policies>
class OptimizerImplementation : public SolverImplementation<P, Policies...> {
  using Base = SolverImplementation<P, Policies...>;
  using Set = PolicySet<P, Policies...>;

 public:
  using TrainOptions = BasicTrainOptions<typename Set::Training>;
  using LearnOptions = BasicLearnOptions<typename Set::Training>;

  /// Trains on the rows of `data` (Algorithm 1). A callback is any object with `Flow on_epoch(const EpochInfo&)`.
  /// @throws Error on bad options or data, with the optimizer unchanged; [GDM-R301] when the loss diverges, with the
  ///         weights of the last good epoch, if there is one
  template <class... Callbacks>
  TrainReport train(const Dataset<P>& data, const TrainOptions& options = {}, Callbacks&&... callbacks) {
    return train_with(ThreadReduction{}, data, options, callbacks...);
  }
  /// The same with another way of adding up the gradients, over processes say (gdm/mpi.hpp).
  template <class Reduction, class... Callbacks>
  TrainReport train_with(const Reduction& reduction, const Dataset<P>& data, const TrainOptions& options = {},
                         Callbacks&&... callbacks) {
    return training().run(reduction, options, std::tuple<const Dataset<P>&>(data), callbacks...);
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
  template <class... Q, class... Callbacks>
  TrainReport train_mixture(const std::tuple<Dataset<Q>&...>& sets, const TrainOptions& options = {},
                            Callbacks&&... callbacks) {
    return train_mixture(std::tuple<const Dataset<Q>&...>(sets), options, callbacks...);
  }
  /// @copydoc train_mixture
  template <class... Q, class... Callbacks>
  TrainReport train_mixture(const std::tuple<const Dataset<Q>&...>& sets, const TrainOptions& options = {},
                            Callbacks&&... callbacks) {
    static_assert(Base::Network::tied,
                  "[GDM-S19] training on several sizes needs a denoiser for any number of tokens: SetMlp");
    if constexpr (Base::Network::tied) {
      static_assert(((ProblemTraits<Q>::name() == ProblemTraits<P>::name()) && ...),
                    "[GDM-S20] all datasets of a mixture must be of the same problem, in other sizes");
      return training().run(ThreadReduction{}, options, sets, callbacks...);
    } else {
      return {};
    }
  }

  /// Learns without labels, from the objective alone, on instances that `P::draw` makes (gdm/train/learning.hpp). A callback
  /// is any object with `Flow on_round(const RoundInfo&)`.
  /// @throws Error on bad options, with the optimizer unchanged
  template <class... Callbacks>
  LearnReport learn(const LearnOptions& options = {}, Callbacks&&... callbacks) {
    return learn_with(ThreadReduction{}, options, callbacks...);
  }
  /// The same on the conditions of `table`, from its solutions if it has any; it gets the best known solutions.
  /// @throws Error also on a senseless row; the optimizer is then unchanged
  template <class... Callbacks>
  LearnReport learn(Dataset<P>& table, const LearnOptions& options = {}, Callbacks&&... callbacks) {
    return learn_with(ThreadReduction{}, table, options, callbacks...);
  }
  /// Both with another way of dealing out rows and adding up gradients, over processes say (gdm/mpi.hpp).
  template <class Reduction, class... Callbacks>
  LearnReport learn_with(const Reduction& reduction, const LearnOptions& options, Callbacks&&... callbacks) {
    static_assert(has_draw<P>,
                  "[GDM-S74] `learn` draws instances: Problem needs `static Condition draw(Generator&)`, or "
                  "give it a gdm::Dataset with conditions");
    Dataset<P> table;
    reduction.together([&] {
      options.validate();
      if constexpr (has_draw<P>) table = draw_instances<P>(options);
    });
    return learn_with(reduction, table, options, callbacks...);
  }
  /// @copydoc learn_with
  template <class Reduction, class... Callbacks>
  LearnReport learn_with(const Reduction& reduction, Dataset<P>& table, const LearnOptions& options,
                         Callbacks&&... callbacks) {
    reduction.together([&] {
      options.validate();
      table.validate_conditions();
      if (options.fine_tune) (void)this->model_.require("learn with fine_tune");
    });
    if (!options.fine_tune) this->model_ = {};
    return Learning<Reduction, OptimizerImplementation, P, typename Base::ModelType, typename Set::Refinement>(
               reduction, *this, this->model_, Base::identity(), table)
        .run(options, callbacks...);
  }

 private:
  auto training() { return Training<P, Set, typename Base::ModelType>(this->model_, Base::identity()); }
};

}  // namespace detail

/// A conditional diffusion model that has learned to solve instances of problem P.
///
/// Copies share the trained model, which never changes: `solve` may be called on one optimizer from many threads, also
/// while another thread trains it, and touches no heap after a thread's first call.
///
/// | member                                        | what it does                                                       |
/// |-----------------------------------------------|--------------------------------------------------------------------|
/// | `train(data, options, callbacks...)`          | trains on a gdm::Dataset (gdm::BasicTrainOptions, gdm::TrainReport)|
/// | `train_mixture(std::tie(..), options, ..)`    | the same on instances of several sizes                             |
/// | `learn(options, callbacks...)`                | the same without labels (gdm::BasicLearnOptions, gdm::LearnReport) |
/// | `solve(x, options)`                           | a solution of one instance (gdm::BasicSolveOptions)                |
/// | `answer(x, options)`                          | the solution and what is known of it (gdm::Answer)                 |
/// | `solve_from(x, y, options)`                   | a solution from a known one, never worse                           |
/// | `try_solve(x, y, options)`                    | the same as `solve`, without exceptions                            |
/// | `solve_batch(conditions, options)`            | solutions of many instances, one row each                          |
/// | `solve_into(conditions, solutions, options)`  | the same in the caller's memory                                    |
/// | `trajectory(x, options)`                      | the denoising path of one sample (gdm::Trajectory)                 |
/// | `save(path)`, `load(path)`                    | writes a model file, reads one                                     |
/// | `trained()`, `weights()`, `parameter_count()` | whether there is a model, its weights, and how many there are      |
///
/// @throws Error from all of them; the page @ref concept_problem explains options and errors
/// @tparam P         a gdm::Problem
/// @tparam Policies  any of: a schedule, a denoiser, a parameterisation, a sampler, a refinement, PaperPolicies, float or
///                   double
template <class P, class... Policies>
class GdmOptimizer : public detail::checked_t<detail::OptimizerImplementation, P, Policies...> {
 public:
  /// An optimizer from a file that `save` wrote.
  /// @throws Error [GDM-R401] to [GDM-R403] naming file, tensor, what was found and what to do
  [[nodiscard]] static GdmOptimizer load(const std::filesystem::path& path) {
    return GdmOptimizer::template load_as<GdmOptimizer>(path);
  }
  /// An optimizer from the bytes of such a file.
  /// @throws Error [GDM-R402], [GDM-R403]
  [[nodiscard]] static GdmOptimizer from(std::span<const std::byte> bytes) {
    return GdmOptimizer::template from_as<GdmOptimizer>(bytes);
  }
};

GDM_NAMESPACE_END
