// SPDX-License-Identifier: MIT
/// @file
/// @brief The training at the end of a round of learning without labels: on from the weights there are, or anew.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include <gdm/model/model.hpp>
#include <gdm/train/best_known_table.hpp>
#include <gdm/train/collapse.hpp>
#include <gdm/train/learning_file.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// Trains on the table: on from the weights there are, or anew after a collapse and where the latents have moved so far
/// that the old standardisation no longer fits. The last round goes on, too: on two disturbing links one sample has
/// half the gap that new weights reach in its epochs (1.6e-2 against 3.6e-2, four seeds), on power control 0.9 of it.
template <class Reduction, class Optimizer, class ModelType, class Options>
class RoundTraining {
  using Codec = typename ModelType::ProblemCodec;
  using P = typename Codec::ProblemType;

 public:
  RoundTraining(const Reduction& reduction, Optimizer& optimizer, const ModelSlot<ModelType>& slot,
                const BestKnownTable<Codec>& table, const Options& options, LearningState<P>& state)
      : reduction_(reduction), optimizer_(optimizer), slot_(slot), table_(table), options_(options), state_(state) {}

  void run(std::size_t round) {
    const bool last = round + 1 == options_.rounds;
    const char* const collapse = slot_.filled() ? collapsed<ProblemTraits<P>>(state_.report, state_.spread) : nullptr;
    if (collapse != nullptr) state_.warn(round, std::string(collapse) + remedy);
    const bool go_on = slot_.filled() && collapse == nullptr && (options_.fine_tune || fits());
    if (!go_on) state_.report.afresh.push_back(round + 1);
    typename Optimizer::TrainOptions training;
    training.epochs = last ? options_.final_epochs : options_.epochs;
    training.batch_size = options_.batch_size;
    training.learning_rate = rate();
    training.seed = options_.seed + round;
    training.threads = options_.threads;
    training.fine_tune = go_on;
    const std::size_t batches = (table_.rows.size() + options_.batch_size - 1) / options_.batch_size;
    const auto steps = static_cast<double>(training.epochs * batches);
    training.ema_decay =
        std::min(training.ema_decay, std::max(0.0, 1 - 20 / steps));  // the round must reach the average
    try {
      (void)optimizer_.train_with(reduction_, table_.rows, training);
    } catch (const Error& error) {
      if (error.code() != Errc::diverged) throw;
      state_.warn(round, std::string("training diverged") + remedy);
      training.fine_tune = false;
      training.learning_rate = rate();
      if (go_on) state_.report.afresh.push_back(round + 1);
      (void)optimizer_.train_with(reduction_, table_.rows, training);
    }
  }

 private:
  static constexpr const char* remedy = ": training begins with new weights at a quarter of the learning rate";
  /// What is left of the learning rate after every collapse so far.
  [[nodiscard]] double rate() const {
    double rate = options_.learning_rate;
    for (std::size_t k = 0; k < state_.report.warnings.size(); ++k) rate *= 0.25;
    return rate;
  }
  /// Whether mean and deviation of the latents in the table are near those of the model's codec.
  [[nodiscard]] bool fits() const { return alike(table_.latents(options_.threads), slot_.get()->codec.latents); }

  const Reduction& reduction_;
  Optimizer& optimizer_;
  const ModelSlot<ModelType>& slot_;
  const BestKnownTable<Codec>& table_;
  const Options& options_;
  LearningState<P>& state_;
};

}  // namespace detail
GDM_NAMESPACE_END
