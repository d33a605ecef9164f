// SPDX-License-Identifier: MIT
/// @file
/// @brief A training callback that times every epoch.
#pragma once

#include <gdm/train/callback.hpp>

#include "samples.hpp"

namespace bench {

/// Adds the time of one of the `steps` steps of every epoch but the first, which touches the memory.
template <class Clock>
struct EpochTimes {
  Samples* samples;
  double steps;
  typename Clock::time_point last{};

  gdm::Flow on_epoch(const gdm::EpochInfo& info) {
    const auto now = Clock::now();
    if (info.epoch > 1) samples->add(std::chrono::duration<double>(now - last).count() / steps);
    last = now;
    return gdm::Flow::proceed;
  }
};

}  // namespace bench
