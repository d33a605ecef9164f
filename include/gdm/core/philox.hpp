// SPDX-License-Identifier: MIT
/// @file
/// @brief Philox4x32-10: a bijection that turns a counter and a key into four independent random words.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11, section 4.3.
#pragma once

#include <array>
#include <cstdint>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

using PhiloxBlock = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

inline constexpr int philox_rounds = 10;
inline constexpr std::uint32_t philox_multiplier[2] = {0xD2511F53U, 0xCD9E8D57U};
inline constexpr std::uint32_t philox_weyl[2] = {0x9E3779B9U, 0xBB67AE85U};  ///< what every round adds to the key

/// The four random words that belong to `counter` under `key`.
[[nodiscard]] constexpr PhiloxBlock philox4x32(PhiloxBlock counter, PhiloxKey key) noexcept {
  for (int round = 0; round < philox_rounds; ++round) {
    const std::uint64_t a = std::uint64_t{philox_multiplier[0]} * counter[0];
    const std::uint64_t b = std::uint64_t{philox_multiplier[1]} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key = {key[0] + philox_weyl[0], key[1] + philox_weyl[1]};
  }
  return counter;
}

/// Names one stream of random numbers. Streams whose ids differ in any field are independent of each other, so that
/// instance, sample and step may be taken in any order and on any thread.
struct StreamId {
  std::uint64_t seed = 0;
  std::uint32_t instance = 0;
  std::uint32_t sample = 0;
  std::uint32_t step = 0;

  friend constexpr bool operator==(const StreamId&, const StreamId&) noexcept = default;
};

/// What random numbers are for: the library's streams of one seed differ in `StreamId::instance` by these.
enum StreamPurpose : std::uint32_t {
  for_initial_weights = 0x1717,
  for_generated_instances = 0x6761,
  for_learning_instances = 0x6c69,
  for_learning_starts = 0x6c73,
  for_policy_actions = 0x7070,
  for_shuffling = 0x7368,
  for_sampling = 0x736f,
  for_training_noise = 0x7464,
  for_training_steps = 0x7473,
};

/// Block `index` of the stream `id`: the seed is the key, the rest is the counter. A stream has 2^32 blocks.
[[nodiscard]] constexpr PhiloxBlock philox_block(const StreamId& id, std::uint32_t index) noexcept {
  return philox4x32({index, id.step, id.sample, id.instance},
                    {static_cast<std::uint32_t>(id.seed), static_cast<std::uint32_t>(id.seed >> 32)});
}

GDM_NAMESPACE_END
