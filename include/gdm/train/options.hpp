// SPDX-License-Identifier: MIT
/// @file
/// @brief Settings of a training run, and what a run reports.
#pragma once

#include <array>
#include <atomic>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <gdm/core/vector.hpp>
#include <gdm/optim/adam.hpp>
#include <gdm/optim/learning_rate.hpp>
#include <gdm/optim/train_defaults.hpp>

GDM_NAMESPACE_BEGIN

namespace detail {

/// Adds an option to a run's fingerprint, with all digits that tell the number from its neighbours.
inline void add_option(std::string& all, const char* name, double value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  all.append(" ").append(name).append(" ").append(digits.data(), end);
}

}  // namespace detail

/// Settings of `train`. An aggregate: write `{.epochs = 50, .seed = 7}` and leave the rest.
template <class Defaults>
struct BasicTrainOptions {
  std::size_t epochs = Defaults::value.epochs;           ///< passes over the data, >= 1
  std::size_t batch_size = Defaults::value.batch_size;   ///< rows in a step, >= 1; at most the rows there are
  double learning_rate = Defaults::value.learning_rate;  ///< peak rate of Adam, > 0
  Decay decay = Defaults::value.decay;                   ///< how the rate falls
  double warm_up = Defaults::value.warm_up;              ///< share of the run in which the rate rises, in [0, 1]
  double clip_norm = Defaults::value.clip_norm;          ///< largest Euclidean norm of a gradient, > 0
  double ema_decay = Defaults::value.ema_decay;          ///< of the averaged weights that solve uses, in [0, 1)
  double p_uncond = Defaults::value.p_uncond;            ///< share of rows without condition (Algorithm 1), in [0, 1)
  AdamOptions adam{};                                    ///< moments' decays
  std::uint64_t seed = 0;                                ///< same seed, same bits, for any number of threads
  /// Go on from the weights and the codec that there are: mean and deviation stay, ranges are widened to the new rows.
  bool fine_tune = false;
  int threads = 0;                          ///< 0 = all of the machine
  std::filesystem::path checkpoint{};       ///< file to resume from and to save to; empty = none
  double checkpoint_seconds = 30;           ///< time between two checkpoints, >= 0
  std::size_t checkpoint_epochs = 0;        ///< epochs between two checkpoints; 0 = by time alone
  const std::atomic<bool>* stop = nullptr;  ///< once true (a signal's handler may set it), the run saves its
                                            ///< checkpoint and ends after the epoch

  [[nodiscard]] bool stop_asked() const noexcept { return stop != nullptr && stop->load(); }

  /// The options that decide the bits of the result, for a checkpoint's fingerprint.
  [[nodiscard]] std::string text() const {
    std::string all;
    const auto add = [&](const char* name, double value) { detail::add_option(all, name, value); };
    add("epochs", static_cast<double>(epochs));
    add("batch_size", static_cast<double>(batch_size));
    add("learning_rate", learning_rate);
    add("decay", static_cast<double>(decay));
    add("warm_up", warm_up);
    add("clip_norm", clip_norm);
    add("ema_decay", ema_decay);
    add("p_uncond", p_uncond);
    add("beta1", adam.beta1);
    add("beta2", adam.beta2);
    add("epsilon", adam.epsilon);
    return all + " seed " + std::to_string(seed);
  }

  /// @throws Error [GDM-R201] naming the option that is out of range
  void validate() const {
    const auto require = [](bool good, const char* option, double value, const char* remedy) {
      if (!good) {
        throw Error(Errc::invalid_argument, std::string("train option ") + option, "it is " + to_text(value), remedy);
      }
    };
    const auto count = [](std::size_t n) { return static_cast<double>(n); };
    require(epochs >= 1, "epochs", count(epochs), "Give at least 1");
    require(batch_size >= 1, "batch_size", count(batch_size), "Give at least 1");
    require(learning_rate > 0 && std::isfinite(learning_rate), "learning_rate", learning_rate,
            "Give a positive number");
    require(warm_up >= 0 && warm_up <= 1, "warm_up", warm_up, "Give a share between 0 and 1");
    require(clip_norm > 0, "clip_norm", clip_norm, "Give a positive number, infinity for no clipping");
    require(ema_decay >= 0 && ema_decay < 1, "ema_decay", ema_decay, "Give a number in [0, 1)");
    require(p_uncond >= 0 && p_uncond < 1, "p_uncond", p_uncond, "Give a probability in [0, 1)");
    require(adam.beta1 >= 0 && adam.beta1 < 1, "adam.beta1", adam.beta1, "Give a number in [0, 1)");
    require(adam.beta2 >= 0 && adam.beta2 < 1, "adam.beta2", adam.beta2, "Give a number in [0, 1)");
    require(adam.epsilon > 0, "adam.epsilon", adam.epsilon, "Give a positive number");
    require(threads >= 0, "threads", threads, "Give 0 for all of the machine, or a number of threads");
    require(checkpoint_seconds >= 0, "checkpoint_seconds", checkpoint_seconds, "Give 0 for every epoch, or seconds");
  }
};

/// What `train` did.
struct TrainReport {
  std::size_t epochs = 0;    ///< epochs that ran, fewer than asked for if a callback stopped the run
  double final_loss = 0;     ///< mean squared error of the last epoch (Eq. 14)
  double seconds = 0;        ///< wall-clock time
  std::vector<double> loss;  ///< of every epoch
};

GDM_NAMESPACE_END
