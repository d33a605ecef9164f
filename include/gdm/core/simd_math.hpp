// SPDX-License-Identifier: MIT
/// @file
/// @brief Logarithm, square root, sine and cosine of a register, with the same bits on every processor.
///
/// Only sums, products, quotients and integer operations, each rounded once, in a fixed order: the results are the same
/// for SSE2, AVX2, AVX-512 and NEON. The polynomials are minimax fits (Remez) of the stated relative error.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <gdm/core/simd.hpp>

GDM_NAMESPACE_BEGIN
namespace simd {

namespace detail {
template <class S>
struct unsigned_pack;
template <>
struct unsigned_pack<float> {
  typedef std::uint32_t type __attribute__((vector_size(register_bytes)));
};
template <>
struct unsigned_pack<double> {
  typedef std::uint64_t type __attribute__((vector_size(register_bytes)));
};
}  // namespace detail

/// A register as unsigned integers, whose sums and shifts wrap around.
template <class S>
using Unsigned = typename detail::unsigned_pack<S>::type;

/// a b + c with the product rounded before the sum. Compilers fuse the two where the processor can, and then the bits
/// would depend on the flags and on the code around.
template <class P>
[[gnu::always_inline]] inline P multiply_add(P a, P b, P c) noexcept {
#if defined(__clang__)
#pragma clang fp contract(off)
  return a * b + c;
#else
  P product = a * b;
#if defined(__x86_64__) || defined(__i386__)
  asm("" : "+v"(product));
#elif defined(__aarch64__)
  asm("" : "+w"(product));
#endif
  return product + c;
#endif
}

/// c[0] + c[1] x + ... + c[N-1] x^(N-1).
template <class P, class S, std::size_t N>
[[gnu::always_inline]] inline P polynomial(const P& x, const std::array<S, N>& c) noexcept {
  P sum = P{} + c[N - 1];
  GDM_UNROLL
  for (std::size_t i = N - 1; i > 0; --i) sum = multiply_add(sum, x, P{} + c[i - 1]);
  return sum;
}

/// Natural logarithm of positive normal numbers, to 2 units in the last place; log(1) is 0.
[[gnu::always_inline]] inline Pack<float> log(const Pack<float>& x) noexcept {
  constexpr std::array<float, 8> c = {0.333333313f, -0.250008196f, 0.200012267f, -0.166233584f,
                                      0.142017603f, -0.13160181f,  0.127615646f, -0.0763448626f};  // 6e-9
  constexpr std::int32_t root_half = 0x3F3504F3;
  const Bits<float> exponent = (as<Bits<float>>(x) - root_half) >> 23;
  const Pack<float> f = as<Pack<float>>(as<Bits<float>>(x) - (exponent << 23)) - 1.0f;
  const Pack<float> e = __builtin_convertvector(exponent, Pack<float>);
  const Pack<float> square = f * f;
  const Pack<float> tail = multiply_add(polynomial(f, c), f * square, square * -0.5f);
  return multiply_add(e, broadcast(0.693147181f), f + tail);
}

/// @copydoc log
[[gnu::always_inline]] inline Pack<double> log(const Pack<double>& x) noexcept {
  // log(1 + f) = f - s (f - z R(z)) with s = f / (2 + f) and z = s^2
  constexpr std::array<double, 7> c = {0.6666666666666734,  0.39999999999414693, 0.28571428742385108,
                                       0.22222198573351978, 0.18183564320816914, 0.15314050623490924,
                                       0.14795949478481457};  // 2e-18
  constexpr std::int64_t root_half = 0x3FE6A09E667F3BCD;
  constexpr double round = 0x1.8p52;  // registers of 64-bit integers have no conversion before AVX-512
  const Unsigned<double> bits = as<Unsigned<double>>(x) - root_half;
  const Unsigned<double> biased = (bits + (std::uint64_t{1} << 63)) >> 52;
  const Pack<double> f = as<Pack<double>>(as<Unsigned<double>>(x) - ((biased - 2048) << 52)) - 1.0;
  const Pack<double> e = as<Pack<double>>(biased + as<Unsigned<double>>(broadcast(round))) - (round + 2048);
  const Pack<double> s = f / (f + 2.0);
  const Pack<double> z = s * s;
  const Pack<double> rest = multiply_add(-z, polynomial(z, c), f);
  return multiply_add(e, broadcast(0.69314718055994531), multiply_add(-s, rest, f));
}

/// Square root of zero and of positive normal numbers, to 1 unit in the last place: `Steps` Newton steps for 1 /
/// sqrt(x) from the bit trick for its inverse (Lomont 2003), and one step for the root. Registers have no square root without intrinsics.
template <class S, int Steps, class P, class U>
[[gnu::always_inline]] inline P newton_sqrt(const P& x, U guess) noexcept {
  P y = as<P>(guess - (as<U>(x) >> 1));
  const P half = x * S(-0.5);
  GDM_UNROLL
  for (int i = 0; i < Steps; ++i) y *= multiply_add(half * y, y, P{} + S(1.5));
  const P root = x * y;
  return multiply_add(multiply_add(-root, root, x), y * S(0.5), root);
}
[[gnu::always_inline]] inline Pack<float> sqrt(const Pack<float>& x) noexcept {
  return newton_sqrt<float, 2>(x, Unsigned<float>{} + 0x5F3759DFU);
}
/// @copydoc newton_sqrt
[[gnu::always_inline]] inline Pack<double> sqrt(const Pack<double>& x) noexcept {
  return newton_sqrt<double, 3>(x, Unsigned<double>{} + 0x5FE6EB50C7B537A9U);
}

/// A sine and a cosine of the same angle.
template <class S>
struct SinCos {
  Pack<S> sin;
  Pack<S> cos;
};

namespace detail {
/// sin and cos of (quadrant + v) pi / 2 with |v| <= 1/2; only the two low bits of `quadrant` count.
template <class S, std::size_t N, std::size_t M>
[[gnu::always_inline]] inline SinCos<S> sincos_quadrant(const Unsigned<S>& quadrant, const Pack<S>& v,
                                                        const std::array<S, N>& sine,
                                                        const std::array<S, M>& cosine) noexcept {
  constexpr int top = 8 * static_cast<int>(sizeof(S)) - 1;
  const Pack<S> z = v * v;
  const Unsigned<S> s = as<Unsigned<S>>(v * polynomial(z, sine));
  const Unsigned<S> c = as<Unsigned<S>>(polynomial(z, cosine));
  const Unsigned<S> swap = (s ^ c) & (0 - (quadrant & 1));
  return {as<Pack<S>>((s ^ swap) ^ ((quadrant >> 1) << top)), as<Pack<S>>((c ^ swap) ^ (((quadrant + 1) >> 1) << top))};
}
}  // namespace detail

/// sin and cos of 2 pi w / 2^32, to 4e-8 absolute (1e-7 relative to the smaller one).
[[gnu::always_inline]] inline SinCos<float> sincos_turn(const Unsigned<float>& w) noexcept {
  constexpr std::array<float, 4> sine = {1.57079637f, -0.64596349f, 0.079680033f, -0.00460165786f};  // 3e-9
  constexpr std::array<float, 4> cosine = {1.0f, -1.23369801f, 0.253606349f, -0.0204262491f};        // 3e-8
  const Bits<float> remainder = as<Bits<float>>(w << 2) >> 2;
  const Pack<float> v = __builtin_convertvector(remainder, Pack<float>) * 0x1p-30f;
  return detail::sincos_quadrant<float>((w + (1U << 29)) >> 30, v, sine, cosine);
}

/// sin and cos of 2 pi u for u in [0, 1], to 2e-16 absolute.
[[gnu::always_inline]] inline SinCos<double> sincos_turn(const Pack<double>& u) noexcept {
  constexpr std::array<double, 7> sine = {1.5707963267948966,     -0.64596409750624428,   0.079692626246039566,
                                          -0.0046817541322823966, 0.00016044115029141055, -3.5986417534099325e-06,
                                          5.6337208564526327e-08};  // 3e-18
  constexpr std::array<double, 7> cosine = {1.0,
                                            -1.2337005501361571,
                                            0.25366950790005288,
                                            -0.020863480737573756,
                                            0.00091925996775858818,
                                            -2.5200192416080603e-05,
                                            4.6560037955627664e-07};  // 5e-17
  constexpr double round = 0x1.8p52;  // adding it leaves the nearest integer in the low bits
  const Pack<double> shifted = u * 4.0 + round;
  return detail::sincos_quadrant<double>(as<Unsigned<double>>(shifted), u * 4.0 - (shifted - round), sine, cosine);
}

}  // namespace simd
GDM_NAMESPACE_END
