// SPDX-License-Identifier: MIT
/// @file
/// @brief A progress bar on the terminal.
#pragma once

#include <algorithm>
#include <cstdio>

#include <gdm/train/callback.hpp>

#if defined(_WIN32)
#include <io.h>
#else
#include <unistd.h>
#endif

GDM_NAMESPACE_BEGIN

/// Shows epoch, loss, rate and time left of a training run, or one line for every round of learning without labels, on
/// standard error; silent when that is not a terminal.
class ProgressBar {
 public:
  ProgressBar() : terminal_(is_terminal()) {}

  /// Called by `train` after every epoch.
  Flow on_epoch(const EpochInfo& info) {
    const bool last = info.epoch == info.epochs;
    if (!terminal_ || (info.seconds < shown_ + 0.1 && !last)) return Flow::proceed;
    shown_ = info.seconds;
    constexpr int width = 30;
    const int filled = static_cast<int>(static_cast<std::size_t>(width) * info.epoch / info.epochs);
    char bar[width + 1] = {};
    std::fill_n(bar, width, '.');
    std::fill_n(bar, filled, '#');
    const double left = info.seconds / static_cast<double>(info.epoch) * static_cast<double>(info.epochs - info.epoch);
    std::fprintf(stderr, "\r[%s] epoch %zu/%zu  loss %.5f  %.0f rows/s  %.0f s left \033[K%s", bar, info.epoch,
                 info.epochs, info.loss, info.rows_per_second, left, last ? "\n" : "");
    std::fflush(stderr);
    return Flow::proceed;
  }

  /// Called by `learn` after every round.
  Flow on_round(const RoundInfo& info) {
    if (!terminal_) return Flow::proceed;
    const double left = info.seconds / static_cast<double>(info.round) * static_cast<double>(info.rounds - info.round);
    std::fprintf(stderr, "round %zu/%zu  mean objective %.6g  %.0f %% of the best replaced  %.0f s left\n", info.round,
                 info.rounds, info.objective, 100 * info.replaced, left);
    if (!info.warning.empty()) std::fprintf(stderr, "%s\n", info.warning.c_str());
    return Flow::proceed;
  }

 private:
  static bool is_terminal() {
#if defined(_WIN32)
    return _isatty(_fileno(stderr)) != 0;
#else
    return isatty(fileno(stderr)) != 0;
#endif
  }

  bool terminal_;
  double shown_ = -1;
};

GDM_NAMESPACE_END
