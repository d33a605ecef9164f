// SPDX-License-Identifier: MIT
/// @file
/// @brief Small complex matrices whose rows lie in SIMD registers, real and imaginary parts apart.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>

#include <gdm/core/simd.hpp>

GDM_NAMESPACE_BEGIN
namespace lanes {

using Pack = simd::Pack<double>;
inline constexpr int width = simd::lanes<double>;

/// Registers that hold `n` numbers.
constexpr int packs(int n) { return (n + width - 1) / width; }

/// Sum of all lanes in a fixed order.
[[gnu::always_inline]] inline double sum(const Pack& x) noexcept {
  std::array<double, static_cast<std::size_t>(width)> s;
  simd::store<double>(s.data(), x);
  GDM_UNROLL
  for (std::size_t half = static_cast<std::size_t>(width) / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) s[i] += s[i + half];
  return s[0];
}

/// Number i of consecutive registers.
template <std::size_t n>
[[gnu::always_inline]] inline double get(const std::array<Pack, n>& packs, int i) noexcept {
  double value;
  std::memcpy(&value, reinterpret_cast<const char*>(packs.data()) + sizeof(double) * static_cast<std::size_t>(i),
              sizeof value);
  return value;
}
template <std::size_t n>
[[gnu::always_inline]] inline void set(std::array<Pack, n>& packs, int i, double value) noexcept {
  std::memcpy(reinterpret_cast<char*>(packs.data()) + sizeof(double) * static_cast<std::size_t>(i), &value,
              sizeof value);
}

/// `n` real numbers, one a lane; the lanes beyond are zero.
template <int n>
struct Row {
  static constexpr int count = packs(n);
  std::array<Pack, static_cast<std::size_t>(count)> pack{};

  [[nodiscard]] double operator[](int i) const { return get(pack, i); }
  void set(int i, double value) { lanes::set(pack, i, value); }
  [[nodiscard]] double sum() const {
    Pack all = pack[0];
    for (std::size_t p = 1; p < pack.size(); ++p) all += pack[p];
    return lanes::sum(all);
  }
};

/// `n` complex numbers.
template <int n>
struct Line {
  std::array<Pack, static_cast<std::size_t>(packs(n))> re{}, im{};
};

/// A complex matrix of `rows` times `n`, a row in the lanes of registers; the lanes beyond `n` are zero.
template <int rows, int n>
struct Matrix {
  std::array<Line<n>, static_cast<std::size_t>(rows)> line{};

  [[nodiscard]] Line<n>& operator[](int i) { return line[static_cast<std::size_t>(i)]; }
  [[nodiscard]] const Line<n>& operator[](int i) const { return line[static_cast<std::size_t>(i)]; }
  [[nodiscard]] double re(int i, int j) const { return get((*this)[i].re, j); }
  [[nodiscard]] double im(int i, int j) const { return get((*this)[i].im, j); }
  void set(int i, int j, double real, double imaginary) {
    lanes::set((*this)[i].re, j, real);
    lanes::set((*this)[i].im, j, imaginary);
  }
};

/// to += (re + i im) from
template <int n>
[[gnu::always_inline]] inline void add_multiple(Line<n>& to, double re, double im, const Line<n>& from) noexcept {
  const Pack r = simd::broadcast(re), i = simd::broadcast(im);
  GDM_UNROLL
  for (std::size_t p = 0; p < to.re.size(); ++p) {
    to.re[p] = simd::fma(-i, from.im[p], simd::fma(r, from.re[p], to.re[p]));
    to.im[p] = simd::fma(i, from.re[p], simd::fma(r, from.im[p], to.im[p]));
  }
}

/// to += (re + i im) conj(from)
template <int n>
[[gnu::always_inline]] inline void add_multiple_of_conjugate(Line<n>& to, double re, double im,
                                                             const Line<n>& from) noexcept {
  const Pack r = simd::broadcast(re), i = simd::broadcast(im);
  GDM_UNROLL
  for (std::size_t p = 0; p < to.re.size(); ++p) {
    to.re[p] = simd::fma(i, from.im[p], simd::fma(r, from.re[p], to.re[p]));
    to.im[p] = simd::fma(i, from.re[p], simd::fma(-r, from.im[p], to.im[p]));
  }
}

}  // namespace lanes
GDM_NAMESPACE_END
