// SPDX-License-Identifier: MIT
/// @file
/// @brief Settings of learning without labels, and what a run reports.
#pragma once

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <gdm/train/callback.hpp>
#include <gdm/train/options.hpp>

GDM_NAMESPACE_BEGIN

/// Settings of `learn`. An aggregate: write `{.instances = 10'000, .rounds = 8}` and leave the rest.
template <class Defaults>
struct BasicLearnOptions {
  std::size_t instances = 10'000;  ///< drawn, where no conditions are given; >= 1
  std::size_t rounds = 8;          ///< of sampling, comparing and training; >= 1
  std::size_t samples = 16;        ///< of every instance in a round, besides those around its best; >= 1
  std::size_t refine = 3;          ///< steps of refinement of every sample
  std::size_t polish = 30;         ///< steps of refinement of the best known solution, once a round
  double noise = 0.5;              ///< level to which the best is noised, as a share of the schedule, in (0, 1]
  bool baseline = true;            ///< begin with the problem's baseline, where it has one
  std::size_t epochs = std::max<std::size_t>(1, Defaults::value.epochs / 4);  ///< of training in a round but the last
  std::size_t final_epochs = Defaults::value.epochs;                          ///< of training in the last round
  std::size_t batch_size = Defaults::value.batch_size;                        ///< as of `train`
  double learning_rate = Defaults::value.learning_rate;                       ///< as of `train`
  std::uint64_t seed = 0;                                                     ///< same seed, same bits
  /// Begin with the weights and the codec that there are, and keep to this codec wherever the table moves.
  bool fine_tune = false;
  int threads = 0;                          ///< 0 = all of the machine
  std::filesystem::path checkpoint{};       ///< file to resume from and to save every round to; empty = none
  const std::atomic<bool>* stop = nullptr;  ///< once true (a signal's handler may set it), the run ends after the round

  [[nodiscard]] bool stop_asked() const noexcept { return stop != nullptr && stop->load(); }

  /// @throws Error [GDM-R201] naming the option that is out of range
  void validate() const {
    const auto require = [](bool good, const char* option, double value, const char* remedy) {
      if (!good)
        throw Error(Errc::invalid_argument, std::string("learn option ") + option, "it is " + to_text(value), remedy);
    };
    const auto count = [](std::size_t n) { return static_cast<double>(n); };
    require(instances >= 1 && instances <= 100'000'000, "instances", count(instances), "Give 1 to 100000000");
    require(rounds >= 1, "rounds", count(rounds), "Give at least 1");
    require(samples >= 1 && samples <= 1'000'000, "samples", count(samples), "Give 1 to 1000000");
    require(refine <= 10'000, "refine", count(refine), "Give up to 10000");
    require(polish <= 10'000, "polish", count(polish), "Give up to 10000");
    require(noise > 0 && noise <= 1, "noise", noise, "Give a share of the schedule in (0, 1]");
    require(epochs >= 1, "epochs", count(epochs), "Give at least 1");
    require(final_epochs >= 1, "final_epochs", count(final_epochs), "Give at least 1");
    require(batch_size >= 1, "batch_size", count(batch_size), "Give at least 1");
    require(learning_rate > 0 && std::isfinite(learning_rate), "learning_rate", learning_rate,
            "Give a positive number");
    require(threads >= 0, "threads", threads, "Give 0 for all of the machine, or a number of threads");
  }

  /// All that decides the bits of the result.
  [[nodiscard]] std::string text() const {
    std::string all;
    const auto add = [&](const char* name, double value) { detail::add_option(all, name, value); };
    const auto count = [](std::size_t n) { return static_cast<double>(n); };
    add("rounds", count(rounds));
    add("samples", count(samples));
    add("refine", count(refine));
    add("polish", count(polish));
    add("noise", noise);
    add("baseline", baseline ? 1 : 0);
    add("epochs", count(epochs));
    add("final_epochs", count(final_epochs));
    add("batch_size", count(batch_size));
    add("learning_rate", learning_rate);
    add("fine_tune", fine_tune ? 1 : 0);
    return all + " seed " + std::to_string(seed);
  }
};

/// What `learn` did; one number a round in each of the first three lists.
struct LearnReport {
  std::vector<double> objective;      ///< mean objective of the best known solutions
  std::vector<double> sampled;        ///< mean objective of one plain sample of the model so far; NaN without a model
  std::vector<double> replaced;       ///< share of the instances whose best known solution became better
  std::vector<std::size_t> afresh;    ///< rounds whose training began with new weights: the first, a collapse
  std::vector<std::string> warnings;  ///< where learning collapsed or diverged, and what was done about it
  double final_sampled = std::numeric_limits<double>::quiet_NaN();  ///< `sampled` of the model that is left; NaN if the
                                                                    ///< run was stopped before its last round
  double seconds = 0;                                               ///< wall-clock time
};

GDM_NAMESPACE_END
