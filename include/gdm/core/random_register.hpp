// SPDX-License-Identifier: MIT
/// @file
/// @brief How a register of Philox blocks becomes words, uniforms or normals.
#pragma once

#include <cstring>
#include <type_traits>
#include <utility>

#include <gdm/core/philox_register.hpp>

GDM_NAMESPACE_BEGIN
namespace random_detail {

/// Two registers whose lanes, taken in turn, are the values of a register of blocks in order.
template <class R>
struct Pair {
  R even;
  R odd;
};

[[gnu::always_inline]] inline Words join(const Words& low, const Words& high) noexcept {
  return (low & 0xFFFFFFFFU) | (high << 32);
}

/// Odd multiples of 2^-53 in (0, 1) from the upper 52 bits of every lane.
[[gnu::always_inline]] inline simd::Pack<double> unit(const Words& bits) noexcept {
  const auto one = simd::as<Words>(simd::broadcast(1.0));
  return (simd::as<simd::Pack<double>>((bits >> 12) | one) - 1.0) + 0x1p-53;
}

/// Odd multiples of 2^-24 in (0, 1) from the upper 23 bits of every lane.
[[gnu::always_inline]] inline simd::Pack<float> unit(const simd::Unsigned<float>& bits) noexcept {
  const auto one = simd::as<simd::Unsigned<float>>(simd::broadcast(1.0f));
  return (simd::as<simd::Pack<float>>((bits >> 9) | one) - 1.0f) + 0x1p-24f;
}

/// The words themselves.
struct BitsKernel {
  using Register = simd::Unsigned<float>;
  [[gnu::always_inline]] static Pair<Register> apply(const Blocks& x) noexcept {
    return {simd::as<Register>(join(x.word[0], x.word[2])), simd::as<Register>(join(x.word[1], x.word[3]))};
  }
};

/// Uniforms in (0, 1): a float from each word, a double from each two words.
template <class S>
struct UniformKernel {
  using Register = simd::Pack<S>;
  [[gnu::always_inline]] static Pair<Register> apply(const Blocks& x) noexcept {
    if constexpr (std::is_same_v<S, float>) {
      const auto bits = BitsKernel::apply(x);
      return {unit(bits.even), unit(bits.odd)};
    } else {
      return {unit(join(x.word[0], x.word[1])), unit(join(x.word[2], x.word[3]))};
    }
  }
};

/// Standard normals in pairs sqrt(-2 log u) (cos 2 pi v, sin 2 pi v). In double, u and v are the uniforms of a block,
/// and |z| stays below 8.58. In float they come from two words, v = w1 2^-32 and u = (floor(w0 / 2) + 1/2) 2^-31
/// rounded to a float: that keeps all bits where u is small, and the tail reaches |z| = 6.66.
///
/// Source: Box and Muller, "A note on the generation of random normal deviates", Ann. Math. Stat. 29 (1958), eq. (1).
template <class S>
struct NormalKernel {
  using Register = simd::Pack<S>;
  [[gnu::always_inline]] static Pair<Register> apply(const Blocks& x) noexcept {
    Register u;
    simd::SinCos<S> turn;
    if constexpr (std::is_same_v<S, float>) {
      const auto bits = BitsKernel::apply(x);
      u = (__builtin_convertvector(simd::as<simd::Bits<float>>(bits.even >> 1), Register) + 0.5f) * 0x1p-31f;
      turn = simd::sincos_turn(bits.odd);
    } else {
      const auto uniform = UniformKernel<double>::apply(x);
      u = uniform.even;
      turn = simd::sincos_turn(uniform.odd);
    }
    const Register radius = simd::sqrt(simd::log(u) * S(-2));
    return {radius * turn.cos, radius * turn.sin};
  }
};

/// Writes even[0], odd[0], even[1], odd[1], ...
template <class T, class R>
[[gnu::always_inline]] inline void store_interleaved(T* out, const Pair<R>& x) noexcept {
  constexpr int n = static_cast<int>(sizeof(R) / sizeof(T));
  [&]<int... I>(std::integer_sequence<int, I...>) {
    const R first = __builtin_shufflevector(x.even, x.odd, (I / 2 + I % 2 * n)...);
    const R second = __builtin_shufflevector(x.even, x.odd, (n / 2 + I / 2 + I % 2 * n)...);
    std::memcpy(out, &first, sizeof(R));
    std::memcpy(out + n, &second, sizeof(R));
  }
  (std::make_integer_sequence<int, n>{});
}

}  // namespace random_detail
GDM_NAMESPACE_END
