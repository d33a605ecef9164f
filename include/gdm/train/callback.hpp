// SPDX-License-Identifier: MIT
/// @file
/// @brief Callbacks of a training run: hooks found by their signature, and three that are often wanted.
#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

/// What a hook answers.
enum class Flow : bool { proceed, stop };

/// The state of a run after an epoch.
struct EpochInfo {
  std::size_t epoch;       ///< 1, 2, ..
  std::size_t epochs;      ///< asked for
  double loss;             ///< mean over the epoch
  double learning_rate;    ///< of its last step
  double seconds;          ///< since the start
  double rows_per_second;  ///< since the start
};

/// The state of learning without labels after a round.
struct RoundInfo {
  std::size_t round;    ///< 1, 2, ..
  std::size_t rounds;   ///< asked for
  double objective;     ///< mean of the best known solutions
  double sampled;       ///< mean of one plain sample; NaN before the first training
  double replaced;      ///< share of the instances whose best known solution became better
  double seconds;       ///< since the start
  std::string warning;  ///< that learning collapsed or diverged, and what was done about it; mostly empty
};

namespace detail {

template <class C>
concept has_on_round = requires(C& c, const RoundInfo& info) {
  { c.on_round(info) } -> std::same_as<Flow>;
};

/// Every callback that has a hook for rounds sees the round, also after one of them said stop.
template <class... Callbacks>
Flow notify_round(const RoundInfo& info, Callbacks&... callbacks) {
  static_assert((has_on_round<Callbacks> && ...),
                "[GDM-S73] A callback of `learn` needs `gdm::Flow on_round(const gdm::RoundInfo&)`");
  Flow flow = Flow::proceed;
  [[maybe_unused]] const auto one = [&]<class C>(C& callback) {
    if constexpr (has_on_round<C>) {
      if (callback.on_round(info) == Flow::stop) flow = Flow::stop;
    }
  };
  (one(callbacks), ...);
  return flow;
}

template <class C>
concept has_on_epoch = requires(C& c, const EpochInfo& info) {
  { c.on_epoch(info) } -> std::same_as<Flow>;
};

/// Every callback sees the epoch, also after one of them said stop.
template <class... Callbacks>
Flow notify_epoch(const EpochInfo& info, Callbacks&... callbacks) {
  static_assert((has_on_epoch<Callbacks> && ...),
                "[GDM-S71] A training callback needs `gdm::Flow on_epoch(const gdm::EpochInfo&)`");
  Flow flow = Flow::proceed;
  [[maybe_unused]] const auto one = [&]<class C>(C& callback) {
    if constexpr (has_on_epoch<C>) {
      if (callback.on_epoch(info) == Flow::stop) flow = Flow::stop;
    }
  };
  (one(callbacks), ...);
  return flow;
}

}  // namespace detail

/// Stops when the loss has not fallen by the share `improvement` for `patience` epochs: `EarlyStop{.patience = 5}`.
struct EarlyStop {
  std::size_t patience = 20;  ///< epochs without improvement
  double improvement = 1e-3;  ///< smallest relative fall of the loss that counts

  // State of the run, public so that the settings can be written as an aggregate.
  double best_loss = std::numeric_limits<double>::infinity();  ///< so far
  std::size_t best_epoch = 0;                                  ///< in which it was met

  /// Called after every epoch.
  Flow on_epoch(const EpochInfo& info) {
    if (info.loss < best_loss * (1 - improvement)) {
      best_loss = info.loss;
      best_epoch = info.epoch;
    }
    return info.epoch - best_epoch >= patience ? Flow::stop : Flow::proceed;
  }
};

/// Keeps what every epoch reported. Pass an lvalue and read `epochs` afterwards.
struct History {
  std::vector<EpochInfo> epochs;  ///< in order

  /// Called after every epoch.
  Flow on_epoch(const EpochInfo& info) {
    epochs.push_back(info);
    return Flow::proceed;
  }
};

GDM_NAMESPACE_END
