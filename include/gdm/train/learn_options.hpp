// SPDX-License-Identifier: MIT
/// @file
/// @brief Settings of learning without labels, and what a run reports.
#pragma once

#include <algorithm>
#include <filesystem>
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
  double noise = 0.5;              ///< level to which the best is noised, as a share of the schedule, in (0, 1]
  std::size_t epochs = std::max<std::size_t>(1, Defaults::value.epochs / 4);  ///< of training in a round but the last
  std::size_t final_epochs = Defaults::value.epochs;                          ///< of training in the last round
  std::size_t batch_size = Defaults::value.batch_size;                        ///< as of `train`
  double learning_rate = Defaults::value.learning_rate;                       ///< as of `train`
  std::uint64_t seed = 0;                                                     ///< same seed, same bits
  bool fine_tune = false;              ///< begin with the weights and the codec that there are
  int threads = 0;                     ///< 0 = all of the machine
  std::filesystem::path checkpoint{};  ///< file to resume from and to save every round to; empty = none

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
    require(noise > 0 && noise <= 1, "noise", noise, "Give a share of the schedule in (0, 1]");
    require(epochs >= 1 && final_epochs >= 1, "epochs", count(std::min(epochs, final_epochs)), "Give at least 1");
  }

  /// All that decides the bits of the result.
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const double value : {double(rounds), double(samples), double(refine), noise, double(epochs),
                               double(final_epochs), double(batch_size), learning_rate})
      all += " " + to_text(value);
    return all + " seed " + std::to_string(seed);
  }
};

/// What `learn` did; one number a round in each list.
struct LearnReport {
  std::vector<double> objective;    ///< mean objective of the best known solutions
  std::vector<double> sampled;      ///< mean objective of one plain sample of the model so far; NaN in the first round
  std::vector<double> replaced;     ///< share of the instances whose best known solution became better
  std::vector<std::size_t> afresh;  ///< rounds whose training began with new weights: the first, and after a collapse
  double seconds = 0;               ///< wall-clock time
};

GDM_NAMESPACE_END
