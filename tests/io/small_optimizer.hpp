// SPDX-License-Identifier: MIT
/// @file
/// @brief An optimizer small enough to be trained, saved and loaded thousands of times in a test.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include <gdm/optimizer.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#include "../data/temporary_folder.hpp"

namespace gdm_test {

using SmallProblem = gdm::SumRate<3, 10'000>;
using SmallOptimizer = gdm::GdmOptimizer<SmallProblem, gdm::CosineSchedule<4>, gdm::Mlp<4>>;

inline const gdm::Dataset<SmallProblem>& small_data() {
  static const auto data = gdm::generate<SmallProblem>(300, 5, 1);
  return data;
}

inline SmallOptimizer small_optimizer(std::uint64_t seed = 1) {
  SmallOptimizer optimizer;
  optimizer.train(small_data(), {.epochs = 2, .batch_size = 64, .p_uncond = 0.1, .seed = seed, .threads = 1});
  return optimizer;
}

/// True if two structs of blocks hold the same bits.
template <class Parameters>
[[nodiscard]] bool same_bits(const Parameters& a, const Parameters& b) {
  return std::memcmp(static_cast<const void*>(&a), static_cast<const void*>(&b), sizeof a) == 0;
}

[[nodiscard]] inline std::vector<std::byte> bytes_of(const std::filesystem::path& path) {
  const std::string text = contents(path);
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

}  // namespace gdm_test
