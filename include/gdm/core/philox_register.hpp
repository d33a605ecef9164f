// SPDX-License-Identifier: MIT
/// @file
/// @brief Philox4x32-10 of a register of counters at once.
#pragma once

#include <cstdint>

#include <gdm/core/philox.hpp>
#include <gdm/core/simd_math.hpp>

GDM_NAMESPACE_BEGIN
namespace random_detail {

/// One 32-bit word a lane of 64 bits, in its lower half; the upper half holds anything, so that products need no
/// shuffles.
using Words = simd::Unsigned<double>;
inline constexpr int block_lanes = simd::lanes<double>;

/// The product of the lower halves.
[[gnu::always_inline]] inline Words multiply_words(const Words& a, std::uint32_t b) noexcept {
#if defined(__clang__) || !defined(__SSE2__) || (defined(__AVX__) && !defined(__AVX2__))
  return (a & 0xFFFFFFFFU) * std::uint64_t{b};
#else  // GCC does not see that one instruction does it, and spends up to eight
  typedef int Ints __attribute__((vector_size(simd::register_bytes)));
#if defined(__AVX512F__)
  typedef long long Longs __attribute__((vector_size(simd::register_bytes)));
  return simd::as<Words>(__builtin_ia32_pmuludq512_mask(simd::as<Ints>(a), simd::as<Ints>(Words{} + b), Longs{}, 0xFF));
#elif defined(__AVX2__)
  return simd::as<Words>(__builtin_ia32_pmuludq256(simd::as<Ints>(a), simd::as<Ints>(Words{} + b)));
#else
  return simd::as<Words>(__builtin_ia32_pmuludq128(simd::as<Ints>(a), simd::as<Ints>(Words{} + b)));
#endif
#endif
}

/// The keys of the ten rounds.
struct RoundKeys {
  explicit RoundKeys(std::uint64_t seed) noexcept {
    auto even = static_cast<std::uint32_t>(seed);
    auto odd = static_cast<std::uint32_t>(seed >> 32);
    for (auto& round : key) {
      round[0] = even;
      round[1] = odd;
      even += philox_weyl[0];
      odd += philox_weyl[1];
    }
  }
  std::uint64_t key[philox_rounds][2];
};

/// A register of blocks: word k of the block in lane i is in the lower half of `word[k][i]`.
struct Blocks {
  Words word[4];
};

/// `philox4x32` of a register of counters.
[[gnu::always_inline]] inline Blocks philox(Words c0, Words c1, Words c2, Words c3, const RoundKeys& keys) noexcept {
  GDM_UNROLL
  for (int round = 0; round < philox_rounds; ++round) {
    const Words a = multiply_words(c0, philox_multiplier[0]);
    const Words b = multiply_words(c2, philox_multiplier[1]);
    c0 = (b >> 32) ^ c1 ^ keys.key[round][0];
    c2 = (a >> 32) ^ c3 ^ keys.key[round][1];
    c1 = b;
    c3 = a;
  }
  return {{c0, c1, c2, c3}};
}

}  // namespace random_detail
GDM_NAMESPACE_END
