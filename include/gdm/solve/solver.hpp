// SPDX-License-Identifier: MIT
/// @file
/// @brief What a trained optimizer does with a model: sample, search, answer.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <gdm/core/parallel.hpp>
#include <gdm/data/dataset.hpp>
#include <gdm/data/tensor.hpp>
#include <gdm/model/policies.hpp>
#include <gdm/solve/search.hpp>
#include <gdm/solve/trained_model.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

template <class P, class... Policies>
class SolverImplementation : public TrainedModel<P, PolicySet<P, Policies...>> {
  using Base = TrainedModel<P, PolicySet<P, Policies...>>;
  using Set = PolicySet<P, Policies...>;
  using Traits = ProblemTraits<P>;

 public:
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  using Scalar = typename Set::Scalar;
  using Schedule = typename Set::Schedule;
  using Parameterisation = typename Set::Parameterisation;
  using Sampler = typename Set::Sampler;
  using typename Base::Network;
  using SolveOptions = BasicSolveOptions<Set>;

  /// The solution of one instance: the best of `options.samples` samples.
  /// @throws Error [GDM-R221] before training, [GDM-R202] on a senseless condition, [GDM-R201] on a bad option
  [[nodiscard]] Solution solve(const Condition& x, const SolveOptions& options = {}) const {
    const auto model = ready("solve", options, false);
    Traits::validate(x);
    return search(*model, x, nullptr, options, false, [](const Best& best) { return best.best(); });
  }

  /// The same with what is known of it.
  /// @throws Error as `solve`
  [[nodiscard]] Answer<P> answer(const Condition& x, const SolveOptions& options = {}) const {
    const auto model = ready("answer", options, false);
    Traits::validate(x);
    return search(*model, x, nullptr, options, true, [&](const Best& best) { return answer_of(x, best); });
  }

  /// A solution at least as good as `P::project(x, y)`: that point itself, refined if asked for, and samples denoised from
  /// it at the level `options.noise`. For a condition that has changed a little since `y` was its answer.
  /// @throws Error as `solve`; [GDM-R202] if `y` is not finite
  [[nodiscard]] Solution solve_from(const Condition& x, const Solution& y, const SolveOptions& options = {}) const {
    const auto model = ready("solve_from", options, true);
    Traits::validate(x);
    require_finite(y, "solve_from solution");
    return search(*model, x, &y, options, false, [](const Best& best) { return best.best(); });
  }
  /// @copydoc solve_from
  [[nodiscard]] Answer<P> answer_from(const Condition& x, const Solution& y, const SolveOptions& options = {}) const {
    const auto model = ready("answer_from", options, true);
    Traits::validate(x);
    require_finite(y, "answer_from solution");
    return search(*model, x, &y, options, true, [&](const Best& best) { return answer_of(x, best); });
  }

  /// `answer`, or `answer_from` where there is a start, without the bound (NaN): to prove one may take longer than to draw
  /// all samples.
  [[nodiscard]] Answer<P> answer_without_bound(const Condition& x, const Solution* start,
                                               const SolveOptions& options) const {
    const auto model = ready("answer", options, start != nullptr);
    Traits::validate(x);
    return search(*model, x, start, options, true, [](const Best& best) -> Answer<P> {
      return {best.best(), best.value(), std::numeric_limits<double>::quiet_NaN(), best.samples, best.refined};
    });
  }

  /// `solve` for a loop that may not see an exception: writes `y`, or leaves it as it is and says why not.
  /// @return nothing on success, else the error's number
  [[nodiscard]] std::optional<Errc> try_solve(const Condition& x, Solution& y,
                                              const SolveOptions& options = {}) const noexcept {
    try {
      y = solve(x, options);
      return std::nullopt;
    } catch (const Error& error) {
      return error.code();
    } catch (...) {
      return Errc::infeasible;
    }
  }

  /// Solutions of many instances, one row each; row i is `solve` of row i with seed + i. A deadline is that of each.
  /// @param conditions  n x condition size, physical units
  /// @throws Error as `solve`, naming the row; [GDM-R212] on rows of another size
  [[nodiscard]] xt::xtensor<double, 2> solve_batch(const xt::xtensor<double, 2>& conditions,
                                                   const SolveOptions& options = {}) const {
    require_columns<Condition>(conditions, "solve_batch conditions");
    xt::xtensor<double, 2> solutions;
    solutions.resize({conditions.shape(0), static_cast<std::size_t>(Traits::solution_size)});
    solve_into(std::span<const double>(conditions.data(), conditions.size()),
               std::span<double>(solutions.data(), solutions.size()), options);
    return solutions;
  }

  /// The same in the caller's memory: `conditions` holds n rows, `solutions` room for as many.
  /// @tparam T  float or double
  /// @throws Error as `solve_batch`, before anything is written
  template <class T>
  void solve_into(std::span<const T> conditions, std::span<T> solutions, const SolveOptions& options = {}) const {
    const auto model = ready("solve_batch", options, false);
    const std::size_t n = rows_of(conditions.size(), solutions.size());
    const auto read = [&](std::size_t i) -> Condition {
      return Eigen::Map<const Eigen::Matrix<T, Traits::condition_size, 1>>(conditions.data() + i * width)
          .template cast<double>();
    };
    for (std::size_t i = 0; i < n; ++i) {
      try {
        Traits::validate(read(i));
      } catch (const Error& error) {
        throw error.within("solve_batch row " + std::to_string(i));
      }
    }
    const auto group = static_cast<std::size_t>(Searcher::group(options));
    parallel_for(static_cast<int>((n + group - 1) / group), thread_count(options.threads), [&](int k) {
      const std::size_t begin = static_cast<std::size_t>(k) * group;
      const int m = static_cast<int>(std::min(n - begin, group));
      ThreadBuffers<typename Searcher::Buffers> buffers;
      Searcher s(*model, process(), *buffers);
      s.run(
          m, [&](int j) { return read(begin + static_cast<std::size_t>(j)); }, nullptr, options.seed + begin, options,
          false);
      for (int j = 0; j < m; ++j)
        Eigen::Map<Eigen::Matrix<T, Traits::solution_size, 1>>(
            solutions.data() + (begin + static_cast<std::size_t>(j)) * height) = s.best(j).best().template cast<T>();
    });
  }

  /// The denoising path of one sample: every intermediate latent decoded, with its objective (the paper's Fig. 8-10).
  /// @throws Error as `solve`; [GDM-R201] on options that are for several candidates
  [[nodiscard]] Trajectory<P> trajectory(const Condition& x, const SolveOptions& options = {}) const {
    const auto model = ready("trajectory", options, false);
    if (options.samples > 1 || options.refine > 0 || options.rounds > 0 || options.baseline ||
        options.deadline.count() > 0) {
      throw Error(Errc::invalid_argument, "trajectory", "samples, refine, rounds, baseline or deadline is set",
                  "Leave them out: a trajectory is that of one sample");
    }
    Traits::validate(x);
    struct Path {
      Trajectory<P> points;
      Searcher* search;
      const ModelType* model;
    } path;
    constexpr std::size_t points = static_cast<std::size_t>(Process::steps) + 1;
    path.points.objective.resize({points});
    path.points.solutions.resize({points, static_cast<std::size_t>(Traits::solution_size)});
    ThreadBuffers<typename Searcher::Buffers> buffers;
    Searcher s(*model, process(), *buffers);
    path.search = &s;
    path.model = model.get();
    const auto record = [](void* object, int k, const typename Searcher::Latents& y) {
      Path& to = *static_cast<Path*>(object);
      const auto& instance = to.search->instance(0);
      const Solution solution = to.model->codec.decode(instance, y.column(0));
      set_row(to.points.solutions, static_cast<std::size_t>(k), solution);
      to.points.objective(static_cast<std::size_t>(k)) = Searcher::Codec::objective(instance, solution);
    };
    s.run(1, [&](int) { return x; }, nullptr, options.seed, options, false, {record, &path});
    return std::move(path.points);
  }

  /// Measures the gap of answers on rows that the model was not trained on, and keeps what was found in the model and its
  /// file. What it allows to say is gdm::Calibration's.
  /// @param held_out  conditions and their best known solutions
  /// @throws Error as `solve_batch`; [GDM-R211], [GDM-R212], [GDM-R202] on data that do not fit
  Calibration calibrate(const Dataset<P>& held_out, const SolveOptions& options = {}) {
    held_out.validate();
    const auto solutions = solve_batch(held_out.conditions, options);
    Calibration calibration{options.samples, options.refine, {}};
    for (std::size_t i = 0; i < held_out.size(); ++i) {
      const Condition x = held_out.condition(i);
      const auto shared = Traits::context(x);
      const double gap = Traits::gap(Traits::objective(x, row_of<Solution>(solutions, i), shared),
                                     Traits::objective(x, held_out.solution(i), shared));
      calibration.gaps.push_back(std::isnan(gap) ? std::numeric_limits<double>::infinity() : gap);
    }
    std::sort(calibration.gaps.begin(), calibration.gaps.end());
    auto model = std::make_unique<ModelType>(*this->model_.require("calibrate"));
    model->calibration = calibration;
    this->model_.put(std::move(model));
    return calibration;
  }
  /// Bytes of the trained model and of one thread's buffers: all the memory that solving takes, beside the stack.
  struct Footprint {
    std::size_t model, buffers;
  };
  [[nodiscard]] static constexpr Footprint footprint() noexcept {
    return {sizeof(ModelType), sizeof(typename Searcher::Buffers)};
  }

 protected:
  using typename Base::ModelType;
  using Process = ReverseProcess<Scalar, Network, Schedule, Parameterisation, Sampler>;
  using Searcher = Search<Scalar, ModelType, Process, typename Set::Refinement>;
  using Best = Candidates<typename ModelType::ProblemCodec, typename Set::Refinement>;

 private:
  static constexpr std::size_t width = static_cast<std::size_t>(Traits::condition_size);
  static constexpr std::size_t height = static_cast<std::size_t>(Traits::solution_size);

  static const Process& process() {
    static const Process tables;
    return tables;
  }

  /// The model, once options and model are found to go together.
  std::shared_ptr<const ModelType> ready(const char* where, const SolveOptions& options, bool has_start) const {
    auto model = this->model_.require(where);
    options.validate();
    const auto refuse = [](const char* option, const char* found, const char* remedy) {
      throw Error(Errc::invalid_argument, std::string("solve option ") + option, found, remedy);
    };
    if (options.baseline && !has_baseline<P>)
      refuse("baseline", "the problem has no `baseline`", "Give the problem one, or leave the option out");
    if (options.omega > 0 && !model->knows_null)
      refuse("omega", "the model was trained with p_uncond = 0, so that it knows no answer without the condition",
             "Train with .p_uncond = 0.1, say, or leave omega at 0");
    if (options.noise != SolveOptions{}.noise && options.rounds == 0 && !has_start)
      refuse("noise", "there is nothing to noise: rounds is 0", "Give rounds, or use solve_from");
    return model;
  }

  template <class Take>
  static auto search(const ModelType& model, const Condition& x, const Solution* start, const SolveOptions& options,
                     bool valued, const Take& take) {
    ThreadBuffers<typename Searcher::Buffers> buffers;
    Searcher s(model, process(), *buffers);
    s.run(
        1, [&](int) -> const Condition& { return x; }, start, options.seed, options, valued);
    return take(s.best(0));
  }

  static Answer<P> answer_of(const Condition& x, const Best& best) {
    return {best.best(), best.value(), Traits::bound(x, best.value()), best.samples, best.refined};
  }

  static std::size_t rows_of(std::size_t conditions, std::size_t solutions) {
    const std::size_t n = conditions / width;
    if (conditions != n * width || solutions != n * height) {
      throw Error(
          Errc::shape_mismatch, "solve_into",
          std::to_string(conditions) + " numbers of conditions and room for " + std::to_string(solutions) +
              " of solutions",
          "Give " + std::to_string(width) + " numbers and room for " + std::to_string(height) + " for each instance");
    }
    return n;
  }
};

}  // namespace detail
GDM_NAMESPACE_END
