// SPDX-License-Identifier: MIT
/// @file
/// @brief What the library asks of a compiler, and the names that keep units built for different processors apart.
#pragma once

#include <version>  // first: it names the standard library

// One sentence each, before any other error that follows from the same cause.
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "[GDM-S91] gdm needs a little-endian processor: tensor files are read and written as they lie in memory"
#endif
#if !defined(__cpp_exceptions)
#error "[GDM-S95] gdm reports errors as exceptions (gdm::Error): compile without -fno-exceptions"
#endif
#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ > 0) || \
    defined(__ASSOCIATIVE_MATH__)
#error \
    "[GDM-S96] gdm needs the rounding it is written with: -ffast-math, -Ofast and their parts spoil training without a word; use -O3"
#endif
#if defined(__clang__) ? __clang_major__ < 13 : defined(__GNUC__) && __GNUC__ < 12
#error "[GDM-S97] gdm needs g++ 12 or clang 14, or a later one: vectors are shuffled by __builtin_shufflevector"
#elif defined(_LIBCPP_VERSION) && !defined(__cpp_lib_to_chars)
#error \
    "[GDM-S98] gdm needs std::from_chars of double, which this libc++ lacks: use libstdc++ (with clang, -stdlib=libstdc++)"
#endif
#if defined(__i386__) && !defined(__SSE2__)
#error "[GDM-S99] gdm computes in SSE2 registers on 32-bit x86: compile with -msse2 -mfpmath=sse"
#endif

#include <cstddef>

#include <Eigen/Core>

#include <gdm/version.hpp>

#define GDM_DETAIL_JOIN_(a, b) a##b
#define GDM_DETAIL_JOIN(a, b) GDM_DETAIL_JOIN_(a, b)

/// One copy of a function for all callers. Compilers choose multiply-adds anew wherever they inline or clone a function,
/// and bits would hang on the caller.
#if defined(__clang__)
#define GDM_ONE_COPY __attribute__((noinline))
#else
#define GDM_ONE_COPY __attribute__((noinline, noclone))
#endif

/// For what reads and writes files and speaks of errors: code that is small and quickly compiled rather than fast.
#define GDM_COLD [[gnu::cold]]

/// The instructions that inline functions are compiled to: each changes code under the same name.
#if defined(__AVX512F__)
#define GDM_DETAIL_SIMD 512
#elif defined(__AVX2__)
#define GDM_DETAIL_SIMD 256
#elif defined(__AVX__)
#define GDM_DETAIL_SIMD 255
#elif defined(__SSE4_2__)
#define GDM_DETAIL_SIMD 129
#else
#define GDM_DETAIL_SIMD 128
#endif
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define GDM_DETAIL_FMA 1
#else
#define GDM_DETAIL_FMA 0
#endif
#define GDM_DETAIL_TARGET \
  GDM_DETAIL_JOIN(GDM_DETAIL_JOIN(_simd, GDM_DETAIL_SIMD), GDM_DETAIL_JOIN(_fma, GDM_DETAIL_FMA))

/// Opens `namespace gdm` and an inline namespace named after Eigen's alignment and the instructions. Units that are
/// built for different processors disagree on the layout of fixed-size matrices and on the code of inline functions;
/// so their names differ, and what would crash at run time is an error of the linker.
#define GDM_NAMESPACE_BEGIN \
  namespace gdm {           \
  inline namespace GDM_DETAIL_JOIN(GDM_DETAIL_JOIN(abi1_align, EIGEN_MAX_ALIGN_BYTES), GDM_DETAIL_TARGET) {
#define GDM_NAMESPACE_END \
  }                       \
  }

GDM_NAMESPACE_BEGIN
namespace detail {
/// A number of 64 bits, from a file say, as a size, which small processors have in 32.
template <class Number>
constexpr std::size_t to_size(Number n) noexcept {
  return static_cast<std::size_t>(n);
}
}  // namespace detail
GDM_NAMESPACE_END

// A gdm::Vector is Eigen's own type, so a function that takes nothing else has the same name in all units. Therefore each
// unit also defines an absolute symbol, whose value says what it was built for: linkers accept any number of
// definitions with the same value, and refuse a program of two values. A program that picks among units for several
// processors at run time, and hands no vector from one to the other, defines GDM_MIXED_TARGETS in all of them.
#if defined(__ELF__) && !defined(GDM_MIXED_TARGETS)
#define GDM_DETAIL_TEXT_(x) #x
#define GDM_DETAIL_TEXT(x) GDM_DETAIL_TEXT_(x)
GDM_NAMESPACE_BEGIN
namespace detail {
/// Never called. In a function, and not on its own, the symbol is out of sight of clang's link-time optimisation, which
/// takes a second definition for an error whatever its value.
[[gnu::used]] static inline void mark_unit() {
  __asm__ volatile(
      ".globl gdm_units_of_one_program_must_have_the_same_march\n"
      ".hidden gdm_units_of_one_program_must_have_the_same_march\n"
      ".set gdm_units_of_one_program_must_have_the_same_march, " GDM_DETAIL_TEXT(EIGEN_MAX_ALIGN_BYTES)  //
      " + 1000 * " GDM_DETAIL_TEXT(GDM_DETAIL_SIMD) " + 1000000 * " GDM_DETAIL_TEXT(GDM_DETAIL_FMA));
}
}  // namespace detail
GDM_NAMESPACE_END
#endif
