// SPDX-License-Identifier: MIT
/// @file
/// @brief One SIMD register of floats or doubles, from the compilers' vector extensions.
///
/// The same source serves SSE2, AVX2, AVX-512 and NEON: the width follows the flags that the user compiles with. A
/// scalar type without SIMD registers (an automatic-differentiation number, say) is its own pack of one lane.
#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

#if defined(__AVX__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#include <gdm/core/config.hpp>

/// Unrolls the next loop completely. Loops over registers have to vanish for the registers to be registers.
#if defined(__clang__)
#define GDM_UNROLL _Pragma("clang loop unroll(full)")
#define GDM_UNROLL_TWICE _Pragma("clang loop unroll_count(2)")
#define GDM_KEEP_LOOP _Pragma("clang loop unroll(disable)")
#else
#define GDM_UNROLL _Pragma("GCC unroll 64")
#define GDM_UNROLL_TWICE _Pragma("GCC unroll 2")
#define GDM_KEEP_LOOP _Pragma("GCC unroll 1")
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

/// Registers that an inner loop may fill with running sums without spilling. ARM has 32 as AVX-512 has, but multiplies by
/// an element of a register and not of memory: there the right factor takes registers too.
#if defined(__AVX512F__)
inline constexpr int accumulators = 24;
#elif defined(__aarch64__)
inline constexpr int accumulators = 20;
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
  typedef float in_memory __attribute__((vector_size(register_bytes), aligned(sizeof(float)), may_alias));
  typedef std::int32_t bits __attribute__((vector_size(register_bytes)));
};
template <>
struct pack<double> {
  typedef double type __attribute__((vector_size(register_bytes)));
  typedef double in_memory __attribute__((vector_size(register_bytes), aligned(sizeof(double)), may_alias));
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
    // Not std::memcpy: g++ takes 16 bytes through general registers on ARM, and leaves running sums on the stack.
    return *reinterpret_cast<const typename detail::pack<S>::in_memory*>(from);
  } else {
    return *from;
  }
}

template <class S>
inline void store(S* to, const Pack<S>& x) noexcept {
  if constexpr (has_registers<S>) {
    *reinterpret_cast<typename detail::pack<S>::in_memory*>(to) = x;
  } else {
    *to = x;
  }
}

template <class S>
inline Pack<S> broadcast(const S& x) noexcept {
  return x - Pack<S>{};  // x itself, -0 as well, which a sum with 0 would not be
}

/// The bits of a register as those of another type.
template <class To, class From>
[[gnu::always_inline]] inline To as(const From& x) noexcept {
  return __builtin_bit_cast(To, x);
}

/// a b + c, rounded once where the processor has an instruction for it, else after the product as well.
///
/// A compiler is free to fuse `a * b + c`, and to do so in one loop and not in another: then the bits of a result would
/// hang on where it is computed. The kernels therefore write every multiply-add with this function.
[[gnu::always_inline]] inline float fma(float a, float b, float c) noexcept {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__FP_FAST_FMAF)
  return __builtin_fmaf(a, b, c);
#else
  return a * b + c;
#endif
}
/// @copydoc fma
[[gnu::always_inline]] inline double fma(double a, double b, double c) noexcept {
#if defined(__FMA__) || (defined(__ARM_FEATURE_FMA) && defined(__aarch64__)) || defined(__FP_FAST_FMA)
  return __builtin_fma(a, b, c);
#else
  return a * b + c;
#endif
}
namespace detail {
/// Lane by lane, for processors whose registers have no multiply-add or no name here.
template <class S>
[[gnu::always_inline]] inline Pack<S> fma_lanes(Pack<S> a, const Pack<S>& b, const Pack<S>& c) noexcept {
  for (int i = 0; i < lanes<S>; ++i) a[i] = simd::fma(a[i], b[i], c[i]);
  return a;
}
}  // namespace detail
/// @copydoc fma
[[gnu::always_inline]] inline Pack<float> fma(const Pack<float>& a, const Pack<float>& b,
                                              const Pack<float>& c) noexcept {
#if defined(__AVX512F__)
  return _mm512_fmadd_ps(a, b, c);
#elif defined(__FMA__)
  return _mm256_fmadd_ps(a, b, c);
#elif defined(__ARM_NEON) && defined(__ARM_FEATURE_FMA)
  return vfmaq_f32(c, a, b);
#elif defined(__FP_FAST_FMAF)
  return detail::fma_lanes<float>(a, b, c);
#else
  return a * b + c;
#endif
}
/// @copydoc fma
[[gnu::always_inline]] inline Pack<double> fma(const Pack<double>& a, const Pack<double>& b,
                                               const Pack<double>& c) noexcept {
#if defined(__AVX512F__)
  return _mm512_fmadd_pd(a, b, c);
#elif defined(__FMA__)
  return _mm256_fmadd_pd(a, b, c);
#elif defined(__ARM_NEON) && defined(__aarch64__)
  return vfmaq_f64(c, a, b);
#elif defined(__FP_FAST_FMA)
  return detail::fma_lanes<double>(a, b, c);
#else
  return a * b + c;
#endif
}
/// The same with one number for all lanes.
template <class S>
requires has_registers<S>
[[gnu::always_inline]] inline Pack<S> fma(const Pack<S>& a, S b, const Pack<S>& c) noexcept {
  return fma(a, broadcast(b), c);
}
/// The same for a scalar type without registers, which has its own rules.
template <class S>
requires(!has_registers<S>) inline S fma(const S& a, const S& b, const S& c) { return a * b + c; }

/// a b rounded, in a form that no compiler fuses with a sum that follows.
template <class P>
[[gnu::always_inline]] inline P rounded_product(const P& a, const P& b) noexcept {
#if defined(__clang__)  // fuses within an expression only
  return a * b;
#else
  if constexpr (std::is_same_v<P, Pack<float>> || std::is_same_v<P, Pack<double>>) {
    return fma(a, b, -P{});  // with -0 the sum is the product, its sign as well
  } else {
    return a * b;
  }
#endif
}

/// e^x to 2 units in the last place; the argument is clamped to where the result is a normal number.
inline Pack<float> exp(Pack<float> x) noexcept {
  x = x < -87.0f ? broadcast(-87.0f) : x;
  x = x > 88.0f ? broadcast(88.0f) : x;
  constexpr float round = 0x1.8p23f;  // adding it leaves the nearest integer in the low bits
  const Pack<float> shifted = fma(x, broadcast(1.44269504f), broadcast(round));
  const Pack<float> n = shifted - round;
  const Pack<float> r = fma(n, broadcast(-1.42860677e-6f), fma(n, broadcast(-0.693145752f), x));
  Pack<float> p = broadcast(1.0f / 5040);
  p = fma(p, r, broadcast(1.0f / 720));
  p = fma(p, r, broadcast(1.0f / 120));
  p = fma(p, r, broadcast(1.0f / 24));
  p = fma(p, r, broadcast(1.0f / 6));
  p = fma(p, r, broadcast(0.5f));
  p = fma(p, r, broadcast(1.0f));
  p = fma(p, r, broadcast(1.0f));
  const Bits<float> scale = (as<Bits<float>>(shifted) << 23) + (127 << 23);
  return p * as<Pack<float>>(scale);
}

/// @copydoc exp
inline Pack<double> exp(Pack<double> x) noexcept {
  x = x < -708.0 ? broadcast(-708.0) : x;
  x = x > 709.0 ? broadcast(709.0) : x;
  constexpr double round = 0x1.8p52;
  const Pack<double> shifted = fma(x, broadcast(1.4426950408889634), broadcast(round));
  const Pack<double> n = shifted - round;
  const Pack<double> r =
      fma(n, broadcast(-1.90821492927058770002e-10), fma(n, broadcast(-6.93147180369123816490e-01), x));
  Pack<double> p = broadcast(1.0 / 6227020800.0);
  p = fma(p, r, broadcast(1.0 / 479001600));
  p = fma(p, r, broadcast(1.0 / 39916800));
  p = fma(p, r, broadcast(1.0 / 3628800));
  p = fma(p, r, broadcast(1.0 / 362880));
  p = fma(p, r, broadcast(1.0 / 40320));
  p = fma(p, r, broadcast(1.0 / 5040));
  p = fma(p, r, broadcast(1.0 / 720));
  p = fma(p, r, broadcast(1.0 / 120));
  p = fma(p, r, broadcast(1.0 / 24));
  p = fma(p, r, broadcast(1.0 / 6));
  p = fma(p, r, broadcast(0.5));
  p = fma(p, r, broadcast(1.0));
  p = fma(p, r, broadcast(1.0));
  const Bits<double> scale = (as<Bits<double>>(shifted) << 52) + (std::int64_t{1023} << 52);
  return p * as<Pack<double>>(scale);
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
/// with |x| is allowed, since the result is flat there, and saves the exact reduction of the argument. The result is at
/// least 2^-62: a gradient times less would be too small for a normal number, with which a multiply-add takes a hundred
/// times as long.
inline Pack<float> sigmoid(const Pack<float>& x) noexcept {
  constexpr float round = 0x1.8p23f;  // adding it leaves the nearest integer in the low bits
  Pack<float> t = x * -1.44269504f;   // e^-x = 2^t
  t = t < -125.0f ? broadcast(-125.0f) : t;
  t = t > 62.0f ? broadcast(62.0f) : t;
  const Pack<float> shifted = t + round;
  const Pack<float> r = t - (shifted - round);
  Pack<float> p = fma(r, broadcast(0.00132647250f), broadcast(0.00967151299f));  // minimax for 2^r, |r| <= 1/2, to 1e-7
  p = fma(p, r, broadcast(0.0555073358f));
  p = fma(p, r, broadcast(0.240222424f));
  p = fma(p, r, broadcast(0.693147004f));
  p = fma(p, r, broadcast(1.0f));
  return 1.0f / (1.0f + as<Pack<float>>(as<Bits<float>>(p) + (as<Bits<float>>(shifted) << 23)));
}

}  // namespace simd
GDM_NAMESPACE_END
