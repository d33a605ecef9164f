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
#include <gdm/train/best_known_table.hpp>
#include <gdm/train/first_candidates.hpp>
#include <gdm/train/learning_file.hpp>
#include <gdm/train/reduction.hpp>
#include <gdm/train/round_training.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// The instances that `learn` draws where it is given none.
template <Problem P, class Options>
Dataset<P> draw_instances(const Options& options) {
  Dataset<P> table;
  table.conditions.resize({options.instances, static_cast<std::size_t>(ProblemTraits<P>::condition_size)});
  for (std::size_t i = 0; i < options.instances; ++i) {
    RandomStream random(options.seed, for_learning_instances, static_cast<std::uint32_t>(i));
    set_row(table.conditions, i, typename P::Condition(P::draw(random)));
  }
  return table;
}

/// One run of `learn`. All processes of the reduction have the same table, report and model after every round.
/// @tparam Reduction  who works out which rows, and how gradients are added (gdm/train/reduction.hpp)
/// @tparam Optimizer  what samples and is trained: `answer_without_bound`, `train_with`
template <class Reduction, class Optimizer, Problem P, class ModelType, class Refinement>
class Learning {
  using Traits = ProblemTraits<P>;
  using Codec = typename ModelType::ProblemCodec;
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
        state_{table},
        one_(table.size()),
        spread_(table.size()),
        replaced_(table.size()) {}

  template <class Options, class... Callbacks>
  LearnReport run(const Options& options, Callbacks&... callbacks) {
    const auto start = Clock::now();
    const std::string run = fingerprint(options);
    reduction_.require_same("learning: conditions and options", [&] { return crc_of(run); });
    reduction_.require_same("learning: solutions to begin with", [&] { return crc_of(table_.rows.solutions); });
    reduction_.together([&] { table_.prepare(); });
    const LearningFile<P, ModelType> file(options.checkpoint, identity_, run);
    file.resume(reduction_, state_, slot_);
    LearnReport& report = state_.report;
    reduction_.together([&] { table_.value_all(!report.objective.empty(), options.threads); });
    RoundTraining<Reduction, Optimizer, ModelType, Options> training(reduction_, optimizer_, slot_, table_, options,
                                                                     state_);
    while (report.objective.size() < options.rounds) {
      const std::size_t warned = report.warnings.size(), round = report.objective.size();
      improve(options, round);
      const auto before = slot_.get();
      training.run(round);
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
  /// New candidates for every instance; the better ones into the table.
  template <class Options>
  void improve(const Options& options, std::size_t round) {
    const bool sampling = slot_.filled();
    const std::uint64_t seed = seed_of(options, round);
    const std::array<RowTable, 5> tables{
        {{table_.rows.solutions.data(), static_cast<std::size_t>(Traits::solution_size)},
         {table_.value.data(), 1},
         {one_.data(), 1},
         {spread_.data(), 1},
         {replaced_.data(), 1}}};
    reduction_.deal_rows(table_.rows.size(), options.threads, tables, [&](std::size_t i) {
      const auto instance = table_.describe(i);
      Solution best = table_.rows.solution(i);
      double value = table_.value[i];
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
      replaced_[i] = Traits::better(value, table_.value[i]) ? 1 : 0;
      table_.value[i] = value;
      set_row(table_.rows.solutions, i, best);
    });
    table_.require_values();
    state_.report.objective.push_back(mean(table_.value));
    state_.report.sampled.push_back(mean(one_));
    state_.report.replaced.push_back(mean(replaced_));
    state_.spread = mean(spread_) / std::max(std::abs(mean(table_.value)), 1e-300);
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

  /// Measures the model of the last training, and goes back to the one before if that was better. On power control with 10
  /// links and on beamforming it is, by 0.2 % of the objective: it has seen the table in more rounds than the last one has
  /// epochs. Fresh instances see no difference between the two, nor to a last round that goes on from the weights there are.
  template <class Options>
  void finish(const Options& options, std::size_t round, const ModelType* before) {
    const std::array<RowTable, 1> tables{{{one_.data(), 1}}};
    reduction_.deal_rows(table_.rows.size(), options.threads, tables, [&](std::size_t i) {
      one_[i] = one_sample(table_.rows.condition(i), seed_of(options, round) + i);
    });
    LearnReport& report = state_.report;
    report.final_sampled = mean(one_);
    const double then = report.sampled.back();
    if (before == nullptr || !Traits::better(then, report.final_sampled)) return;
    slot_.put(std::make_unique<ModelType>(*before));
    if (std::abs(then - report.final_sampled) > 0.01 * std::abs(report.objective.back()))
      state_.warn(round, "the last training made one sample worse: the model before it is kept");
    report.final_sampled = then;
  }

  static double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double v : values) sum += v;
    return sum / static_cast<double>(values.size());
  }

  template <class Values>
  static std::uint32_t crc_of(const Values& values) {
    return Crc32().add(std::as_bytes(std::span(values.data(), values.size()))).value();
  }
  /// All that decides the bits of a run but the solutions to begin with, which are in the table when it goes on.
  template <class Options>
  [[nodiscard]] std::string fingerprint(const Options& options) const {
    std::string text = identity_.problem + " " + identity_.schedule + " " + identity_.denoiser + " " +
                       identity_.parameterisation + options.text() + " rows " + std::to_string(table_.rows.size()) +
                       " conditions " + std::to_string(crc_of(table_.rows.conditions)) + " weights " +
                       std::to_string(crc_of(table_.rows.weights));
    if (const auto model = slot_.get()) {
      const auto weights = flat<typename Optimizer::Scalar>(model->weights);
      text += " from " + std::to_string(crc_of(weights));
    }
    return text;
  }

  const Reduction& reduction_;
  Optimizer& optimizer_;
  ModelSlot<ModelType>& slot_;
  ModelIdentity identity_;
  BestKnownTable<Codec> table_;
  LearningState<P> state_;
  std::vector<double> one_, spread_, replaced_;  // of this round: one sample, how far the best is from it, 0 or 1
};

}  // namespace detail
GDM_NAMESPACE_END
