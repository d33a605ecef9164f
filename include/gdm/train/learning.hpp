// SPDX-License-Identifier: MIT
/// @file
/// @brief Learning without labels: a table of the best known solutions that the model itself keeps improving.
///
/// Each round samples every instance with the model so far, refines the samples, noises the best known solution and
/// denoises it again, keeps what is better and refines that further, and trains the model on the table. The first round has
/// no model: it starts from the problem's baseline, where there is one, and from random feasible points. Nothing is read
/// but the objective.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gdm/core/crc32.hpp>
#include <gdm/data/dataset.hpp>
#include <gdm/model/model.hpp>
#include <gdm/train/collapse.hpp>
#include <gdm/train/first_candidates.hpp>
#include <gdm/train/learning_file.hpp>
#include <gdm/train/reduction.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// One run of `learn`. All processes of the reduction have the same table, report and model after every round.
/// @tparam Reduction  who works out which rows, and how gradients are added (gdm/train/reduction.hpp)
/// @tparam Optimizer  what samples and is trained: `answer_without_bound`, `train_with`
template <class Reduction, class Optimizer, Problem P, class ModelType, class Refinement>
class Learning {
  using Traits = ProblemTraits<P>;
  using Codec = typename ModelType::ProblemCodec;
  using Instance = typename Codec::Instance;
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  using Clock = std::chrono::steady_clock;

 public:
  /// @param table  conditions, and solutions where some are known; gets the best known solutions
  Learning(const Reduction& reduction, Optimizer& optimizer, ModelSlot<ModelType>& slot, ModelIdentity identity,
           Dataset<P>& table)
      : reduction_(reduction),
        optimizer_(optimizer),
        slot_(slot),
        identity_(std::move(identity)),
        table_(table),
        value_(table.size()),
        one_(table.size()),
        spread_(table.size()),
        replaced_(table.size()) {}

  template <class Options, class... Callbacks>
  LearnReport run(const Options& options, Callbacks&... callbacks) {
    const auto start = Clock::now();
    const std::string run = fingerprint(options);
    reduction_.require_same("learning: conditions and options", [&] { return crc_of(run.data(), run.size()); });
    reduction_.require_same("learning: solutions to begin with",
                            [&] { return crc_of(table_.solutions.data(), table_.solutions.size()); });
    reduction_.together([&] { prepare(); });
    const LearningFile<P, ModelType> file(options.checkpoint, identity_, run);
    file.resume(reduction_, state_, slot_);
    reduction_.together([&] { value_all(options.threads); });
    LearnReport& report = state_.report;
    while (report.objective.size() < options.rounds) {
      const std::size_t warned = report.warnings.size(), round = report.objective.size();
      improve(options, round);
      const auto before = slot_.get();
      train(options, round);
      if (round + 1 == options.rounds) finish(options, round, before.get());
      report.seconds = std::chrono::duration<double>(Clock::now() - start).count();
      RoundInfo info{round + 1,
                     options.rounds,
                     report.objective.back(),
                     report.sampled.back(),
                     report.replaced.back(),
                     report.seconds,
                     {}};
      for (std::size_t k = warned; k < report.warnings.size(); ++k)
        info.warning += (k > warned ? "; " : "") + report.warnings[k];
      if (reduction_.on_leader([&] {
            file.save(state_, *slot_.require("learn"));
            return notify_round(info, callbacks...) == Flow::stop || options.stop_asked();
          }))
        break;
    }
    return report;
  }

 private:
  /// Room for solutions where there are none, and no value where none is known.
  void prepare() {
    known_ = table_.solutions.shape(0) == table_.size() && table_.size() > 0;
    if (!known_) table_.solutions.resize({table_.size(), static_cast<std::size_t>(Traits::solution_size)});
  }
  /// The values of the solutions that are in the table.
  void value_all(int threads) {
    const bool known = known_ || !state_.report.objective.empty();
    ThreadReduction::deal_rows(table_.size(), threads, {}, [&](std::size_t i) {
      value_[i] = known ? Codec::objective(*describe(i), table_.solution(i)) : std::numeric_limits<double>::quiet_NaN();
    });
  }

  /// New candidates for every instance; the better ones into the table.
  template <class Options>
  void improve(const Options& options, std::size_t round) {
    const bool sampling = slot_.filled();
    const std::uint64_t seed = seed_of(options, round);
    const std::array<RowTable, 5> tables{{{table_.solutions.data(), static_cast<std::size_t>(Traits::solution_size)},
                                          {value_.data(), 1},
                                          {one_.data(), 1},
                                          {spread_.data(), 1},
                                          {replaced_.data(), 1}}};
    reduction_.deal_rows(table_.size(), options.threads, tables, [&](std::size_t i) {
      const auto instance = describe(i);
      Solution best = table_.solution(i);
      double value = value_[i];
      const auto take = [&](const Solution& y, double of_y) {
        if (!Traits::better(of_y, value)) return;
        best = y;
        value = of_y;
      };
      one_[i] = spread_[i] = std::numeric_limits<double>::quiet_NaN();
      if (sampling) {
        const Condition& x = instance->x;
        auto solve = with(options, seed + i);
        const auto fresh = optimizer_.answer_without_bound(x, nullptr, solve);
        one_[i] = one_sample(x, seed + i);
        spread_[i] = std::abs(fresh.objective - one_[i]);
        take(fresh.solution, fresh.objective);
        solve.samples = std::max<std::size_t>(1, options.samples / 4);
        solve.noise = options.noise;
        const Solution known = best;
        const auto near = optimizer_.answer_without_bound(x, &known, solve);
        take(near.solution, near.objective);
      } else {
        RandomStream random(options.seed, for_learning_starts, static_cast<std::uint32_t>(i));
        Candidates<Codec, Refinement> candidates;
        candidates.begin(options.refine, true);
        add_first_candidates(*instance, options.baseline, random, candidates);
        take(candidates.best(), candidates.value());
      }
      Candidates<Codec, Refinement> polished;
      polished.begin(options.polish, true);
      polished.add(*instance, best);
      take(polished.best(), polished.value());
      replaced_[i] = Traits::better(value, value_[i]) ? 1 : 0;
      value_[i] = value;
      set_row(table_.solutions, i, best);
    });
    require_values();
    state_.report.objective.push_back(mean(value_));
    state_.report.sampled.push_back(mean(one_));
    state_.report.replaced.push_back(mean(replaced_));
    state_.spread = mean(spread_) / std::max(std::abs(mean(value_)), 1e-300);
  }

  /// Without an objective of any candidate there is no best known solution: all processes find the same instance.
  void require_values() {
    const auto none = std::ranges::find_if(value_, [](double value) { return std::isnan(value); });
    if (none == value_.end()) return;
    if (!known_) table_.solutions.resize({0, static_cast<std::size_t>(Traits::solution_size)});  // as it came
    throw Error(Errc::infeasible, "learning, instance " + std::to_string(none - value_.begin()),
                "the objective of every candidate is nan",
                "Make it a number for all that `project` returns; gdm::check_problem shows where it is none");
  }

  /// Random numbers of a round, apart from those of the others.
  template <class Options>
  static std::uint64_t seed_of(const Options& options, std::size_t round) {
    return options.seed + ((std::uint64_t{round} + 1) << 40U);
  }
  /// The objective of one plain sample.
  double one_sample(const Condition& x, std::uint64_t seed) const {
    typename Optimizer::SolveOptions solve;
    solve.seed = seed;
    return optimizer_.answer_without_bound(x, nullptr, solve).objective;
  }
  template <class Options>
  static auto with(const Options& options, std::uint64_t seed) {
    typename Optimizer::SolveOptions solve;
    solve.samples = options.samples;
    solve.refine = options.refine;
    solve.seed = seed;
    return solve;
  }

  /// Trains on the table: on from the weights there are, or anew after a collapse and where the latents have moved so far
  /// that the old standardisation no longer fits. The last round goes on, too: on two disturbing links one sample has
  /// half the gap that new weights reach in its epochs (1.6e-2 against 3.6e-2, four seeds), on power control 0.9 of it.
  template <class Options>
  void train(const Options& options, std::size_t round) {
    const bool last = round + 1 == options.rounds;
    const char* const collapse = slot_.filled() ? collapsed<Traits>(state_.report, state_.spread) : nullptr;
    if (collapse != nullptr) warn(round, std::string(collapse) + remedy);
    const bool go_on = slot_.filled() && collapse == nullptr && (options.fine_tune || fits(options.threads));
    if (!go_on) state_.report.afresh.push_back(round + 1);
    typename Optimizer::TrainOptions training;
    training.epochs = last ? options.final_epochs : options.epochs;
    training.batch_size = options.batch_size;
    training.learning_rate = rate(options);
    training.seed = options.seed + round;
    training.threads = options.threads;
    training.fine_tune = go_on;
    const auto steps =
        static_cast<double>(training.epochs * ((table_.size() + options.batch_size - 1) / options.batch_size));
    training.ema_decay =
        std::min(training.ema_decay, std::max(0.0, 1 - 20 / steps));  // the round must reach the average
    try {
      (void)optimizer_.train_with(reduction_, table_, training);
    } catch (const Error& error) {
      if (error.code() != Errc::diverged) throw;
      warn(round, std::string("training diverged") + remedy);
      training.fine_tune = false;
      training.learning_rate = rate(options);
      if (go_on) state_.report.afresh.push_back(round + 1);
      (void)optimizer_.train_with(reduction_, table_, training);
    }
  }

  /// Measures the model of the last training, and goes back to the one before if that was better. On power control with 10
  /// links and on beamforming it is, by 0.2 % of the objective: it has seen the table in more rounds than the last one has
  /// epochs. Fresh instances see no difference between the two, nor to a last round that goes on from the weights there are.
  template <class Options>
  void finish(const Options& options, std::size_t round, const ModelType* before) {
    const std::array<RowTable, 1> tables{{{one_.data(), 1}}};
    reduction_.deal_rows(table_.size(), options.threads, tables, [&](std::size_t i) {
      one_[i] = one_sample(table_.condition(i), seed_of(options, round) + i);
    });
    LearnReport& report = state_.report;
    report.final_sampled = mean(one_);
    const double then = report.sampled.back();
    if (before == nullptr || !Traits::better(then, report.final_sampled)) return;
    slot_.put(std::make_unique<ModelType>(*before));
    if (std::abs(then - report.final_sampled) > 0.01 * std::abs(report.objective.back()))
      warn(round, "the last training made one sample worse: the model before it is kept");
    report.final_sampled = then;
  }

  static constexpr const char* remedy = ": training begins with new weights at a quarter of the learning rate";
  /// What is left of the learning rate after every collapse so far.
  template <class Options>
  [[nodiscard]] double rate(const Options& options) const {
    double rate = options.learning_rate;
    for (std::size_t k = 0; k < state_.report.warnings.size(); ++k) rate *= 0.25;
    return rate;
  }
  void warn(std::size_t round, const std::string& what) {
    state_.report.warnings.push_back("round " + std::to_string(round + 1) + ": " + what);
  }

  /// Whether mean and deviation of the latents in the table are near those of the model's codec.
  [[nodiscard]] bool fits(int threads) const {
    std::vector<typename Codec::Latent> latents(table_.size());
    std::vector<int> tokens(table_.size());
    ThreadReduction::deal_rows(table_.size(), threads, {}, [&](std::size_t i) {
      const auto instance = describe(i);
      latents[i] = Codec::describe(*instance, table_.solution(i));
      tokens[i] = instance->tokens;
    });
    GroupStatistics statistics;
    for (std::size_t i = 0; i < latents.size(); ++i) statistics.add(latents[i], Codec::latent_groups, tokens[i]);
    return alike(statistics.standardisation<Codec::latent_size>(Codec::latent_groups), slot_.get()->codec.latents);
  }

  [[nodiscard]] std::unique_ptr<Instance> describe(std::size_t i) const {
    auto instance = std::make_unique<Instance>();
    typename Codec::Features features;
    Codec::describe(table_.condition(i), *instance, features);
    return instance;
  }

  static double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double v : values) sum += v;
    return sum / static_cast<double>(values.size());
  }

  template <class T>
  static std::uint32_t crc_of(const T* data, std::size_t count) {
    return Crc32().add(std::as_bytes(std::span(data, count))).value();
  }
  /// All that decides the bits of a run but the solutions to begin with, which are in the table when it goes on.
  template <class Options>
  [[nodiscard]] std::string fingerprint(const Options& options) const {
    std::string text = identity_.problem + " " + identity_.schedule + " " + identity_.denoiser + " " +
                       identity_.parameterisation + options.text() + " rows " + std::to_string(table_.size()) +
                       " conditions " + std::to_string(crc_of(table_.conditions.data(), table_.conditions.size())) +
                       " weights " + std::to_string(crc_of(table_.weights.data(), table_.weights.size()));
    if (const auto model = slot_.get()) {
      const auto weights = flat<typename Optimizer::Scalar>(model->weights);
      text += " from " + std::to_string(crc_of(weights.data(), weights.size()));
    }
    return text;
  }

  const Reduction& reduction_;
  Optimizer& optimizer_;
  ModelSlot<ModelType>& slot_;
  ModelIdentity identity_;
  Dataset<P>& table_;
  LearningState<P> state_{table_};
  std::vector<double> value_;  ///< objective of every solution in the table
  std::vector<double> one_, spread_,
      replaced_;        ///< of this round: one sample, how far the best of all is from it, 0 or 1
  bool known_ = false;  ///< whether there were solutions to begin with
};

}  // namespace detail
GDM_NAMESPACE_END
