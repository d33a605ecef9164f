// SPDX-License-Identifier: MIT
/// @file
/// @brief The multiply-adds that one core of this machine really does, which all shares of the peak refer to.
#pragma once

#include <algorithm>
#include <chrono>
#include <gdm/core/simd.hpp>

namespace bench {

/// Single-precision flops a second of one core, the best of many short runs: a run that another program interrupts says
/// nothing about the machine.
inline double peak() {
  static const double best = [] {
    using gdm::simd::Pack;
    constexpr int sums = 12;  // enough independent ones for the latency of any processor's multiply-add
    constexpr int rounds = 4096;
    constexpr int lanes = gdm::simd::lanes<float>;
    volatile float opaque = 0.5f;  // what the compiler cannot know it cannot work out beforehand
    double found = 0;
    for (int run = 0; run < 2000; ++run) {
      const Pack<float> factor = gdm::simd::broadcast(0.5f + opaque * 0.5f),
                        term = gdm::simd::broadcast(opaque * 0x1p-9f);
      Pack<float> sum[sums];
      for (int i = 0; i < sums; ++i) sum[i] = gdm::simd::broadcast(static_cast<float>(i) * opaque);
      const auto start = std::chrono::steady_clock::now();
      for (int round = 0; round < rounds; ++round) {
        GDM_UNROLL
        for (int i = 0; i < sums; ++i) sum[i] = sum[i] * factor + term;
      }
      const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
      for (int i = 1; i < sums; ++i) sum[0] += sum[i];
      opaque = sum[0][0] > 0 ? 0.5f : 0.25f;
      found = std::max(found, 2.0 * lanes * sums * rounds / time.count());
    }
    return found;
  }();
  return best;
}

}  // namespace bench
