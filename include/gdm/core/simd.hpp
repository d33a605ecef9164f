// SPDX-License-Identifier: MIT
/// @file
/// @brief One SIMD register of floats or doubles, from the compilers' vector extensions.
///
/// The same source serves SSE2, AVX2, AVX-512 and NEON: the width follows the flags that the user compiles with. A
/// scalar type without SIMD registers (an automatic-differentiation number, say) is its own pack of one lane.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <gdm/core/config.hpp>

/// Unrolls the next loop completely. Loops over registers have to vanish for the registers to be registers.
#if defined(__clang__)
#define GDM_UNROLL _Pragma("clang loop unroll(full)")
#define GDM_UNROLL_TWICE _Pragma("clang loop unroll_count(2)")
#else
#define GDM_UNROLL _Pragma("GCC unroll 64")
#define GDM_UNROLL_TWICE _Pragma("GCC unroll 2")
#endif

GDM_NAMESPACE_BEGIN
namespace simd {

#if defined(__AVX512F__)
inline constexpr int register_bytes = 64;
#elif defined(__AVX__)
inline constexpr int register_bytes = 32;
#else
inline constexpr int register_bytes = 16;
#endif

/// Registers that an inner loop may fill with running sums without spilling.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int accumulators = 24;
#else
inline constexpr int accumulators = 12;
#endif

template <class S>
inline constexpr bool has_registers = std::is_same_v<S, float> || std::is_same_v<S, double>;

namespace detail {
template <class S>
struct pack {
  using type = S;
  using bits = S;
};
template <>
struct pack<float> {
  typedef float type __attribute__((vector_size(register_bytes)));
  typedef std::int32_t bits __attribute__((vector_size(register_bytes)));
};
template <>
struct pack<double> {
  typedef double type __attribute__((vector_size(register_bytes)));
  typedef std::int64_t bits __attribute__((vector_size(register_bytes)));
};
}  // namespace detail

/// A register of `lanes<S>` numbers; arithmetic is element by element, and mixes with a scalar.
template <class S>
using Pack = typename detail::pack<S>::type;
/// The same register as signed integers.
template <class S>
using Bits = typename detail::pack<S>::bits;

template <class S>
inline constexpr int lanes = has_registers<S> ? register_bytes / static_cast<int>(sizeof(S)) : 1;

/// `rows` rounded up to whole registers.
template <class S>
constexpr int padded(int rows) noexcept {
  return (rows + lanes<S> - 1) / lanes<S> * lanes<S>;
}

template <class S>
inline Pack<S> load(const S* from) noexcept {
  if constexpr (has_registers<S>) {
    Pack<S> x;
    std::memcpy(&x, from, sizeof x);
    return x;
  } else {
    return *from;
  }
}

template <class S>
inline void store(S* to, const Pack<S>& x) noexcept {
  if constexpr (has_registers<S>) {
    std::memcpy(to, &x, sizeof x);
  } else {
    *to = x;
  }
}

template <class S>
inline Pack<S> broadcast(const S& x) noexcept {
  return Pack<S>{} + x;
}

/// e^x to 2 units in the last place; the argument is clamped to where the result is a normal number.
inline Pack<float> exp(Pack<float> x) noexcept {
  x = x < -87.0f ? broadcast(-87.0f) : x;
  x = x > 88.0f ? broadcast(88.0f) : x;
  constexpr float round = 0x1.8p23f;  // adding it leaves the nearest integer in the low bits
  const Pack<float> shifted = x * 1.44269504f + round;
  const Pack<float> n = shifted - round;
  const Pack<float> r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
  Pack<float> p = broadcast(1.0f / 5040);
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const Bits<float> scale = ((Bits<float>)shifted << 23) + (127 << 23);
  return p * (Pack<float>)scale;
}

/// @copydoc exp
inline Pack<double> exp(Pack<double> x) noexcept {
  x = x < -708.0 ? broadcast(-708.0) : x;
  x = x > 709.0 ? broadcast(709.0) : x;
  constexpr double round = 0x1.8p52;
  const Pack<double> shifted = x * 1.4426950408889634 + round;
  const Pack<double> n = shifted - round;
  const Pack<double> r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
  Pack<double> p = broadcast(1.0 / 6227020800.0);
  p = p * r + 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  const Bits<double> scale = ((Bits<double>)shifted << 52) + (std::int64_t{1023} << 52);
  return p * (Pack<double>)scale;
}

/// e^x of a scalar type without registers, found by argument-dependent look-up.
template <class S>
requires(!has_registers<S> && std::is_class_v<S>) inline S exp(const S& x) {
  using std::exp;
  return exp(x);
}

/// The logistic function 1 / (1 + e^-x).
template <class P>
inline P sigmoid(const P& x) noexcept {
  return 1 / (1 + exp(-x));
}

/// The logistic function to 2e-7. It is the largest cost of a solve besides the products: an error of e^-x that grows
/// with |x| is allowed, since the result is flat there, and saves the exact reduction of the argument.
inline Pack<float> sigmoid(const Pack<float>& x) noexcept {
  constexpr float round = 0x1.8p23f;  // adding it leaves the nearest integer in the low bits
  Pack<float> t = x * -1.44269504f;   // e^-x = 2^t
  t = t < -125.0f ? broadcast(-125.0f) : t;
  t = t > 125.0f ? broadcast(125.0f) : t;
  const Pack<float> shifted = t + round;
  const Pack<float> r = t - (shifted - round);
  Pack<float> p = 0.00132647250f * r + 0.00967151299f;  // minimax for 2^r, |r| <= 1/2, to 1e-7
  p = p * r + 0.0555073358f;
  p = p * r + 0.240222424f;
  p = p * r + 0.693147004f;
  p = p * r + 1.0f;
  return 1.0f / (1.0f + (Pack<float>)((Bits<float>)p + ((Bits<float>)shifted << 23)));
}

}  // namespace simd
GDM_NAMESPACE_END
