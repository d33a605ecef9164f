// SPDX-License-Identifier: MIT
/// @file
/// @brief The radio links over a reflecting surface, laid out for registers: what users receive, and its derivative.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <gdm/gdm.hpp>

namespace surface {

namespace simd = gdm::simd;

inline constexpr int elements = 32;  ///< of the surface
inline constexpr int users = 16;     ///< each in a slot of its own

/// One number for each element, or for each user, in registers.
template <class S, int Count>
struct Row {
  static constexpr int lanes = simd::lanes<S>, registers = Count / lanes;
  static_assert(Count % lanes == 0, "a Row has whole registers");
  std::array<simd::Pack<S>, static_cast<std::size_t>(registers)> part;

  S operator[](int i) const { return part[static_cast<std::size_t>(i / lanes)][i % lanes]; }
  void set(int i, double value) { part[static_cast<std::size_t>(i / lanes)][i % lanes] = static_cast<S>(value); }
};

/// One complex number for each.
template <class S, int Count>
struct ComplexRow {
  Row<S, Count> re, im;
};

/// Calls f(i) for every register i of a row.
template <class S, int Count, class F>
[[gnu::always_inline]] inline void each_register(const Row<S, Count>&, const F& f) {
  GDM_UNROLL
  for (std::size_t i = 0; i < static_cast<std::size_t>(Row<S, Count>::registers); ++i) f(i);
}

/// Sums of complex products c s over its real parts: real times real, imaginary times imaginary, and the mixed ones.
template <class S, int Count>
struct ProductParts {
  Row<S, Count> rr{}, ii{}, ri{}, ir{};

  [[gnu::always_inline]] void add(const ComplexRow<S, Count>& c, S s_re, S s_im) {
    const auto re = simd::broadcast(s_re), im = simd::broadcast(s_im);
    each_register(rr, [&](std::size_t i) {
      rr.part[i] = simd::fma(c.re.part[i], re, rr.part[i]);
      ii.part[i] = simd::fma(c.im.part[i], im, ii.part[i]);
      ri.part[i] = simd::fma(c.re.part[i], im, ri.part[i]);
      ir.part[i] = simd::fma(c.im.part[i], re, ir.part[i]);
    });
  }
};

/// The sum of all lanes, by halves: the ascent is made of short dot products, and waits for each.
template <class S>
S sum_of(const simd::Pack<S>& x) {
  std::array<S, static_cast<std::size_t>(simd::lanes<S>)> lane;
  simd::store(lane.data(), x);
  GDM_UNROLL
  for (std::size_t half = lane.size() / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) lane[i] += lane[i + half];
  return lane[0];
}

/// sum_i a_i b_i
template <class S, int Count>
S dot(const Row<S, Count>& a, const Row<S, Count>& b) {
  simd::Pack<S> sums{};
  each_register(a, [&](std::size_t i) { sums = simd::fma(a.part[i], b.part[i], sums); });
  return sum_of<S>(sums);
}

/// Every number divided by its modulus; 1 for a zero.
template <class S, int Count>
ComplexRow<S, Count> phases(const ComplexRow<S, Count>& x) {
  ComplexRow<S, Count> v;
  each_register(x.re, [&](std::size_t i) {
    const simd::Pack<S> square = x.re.part[i] * x.re.part[i] + x.im.part[i] * x.im.part[i];
    const auto zero = square < S(1e-30);
    const simd::Pack<S> modulus = simd::sqrt(simd::Pack<S>(zero ? simd::broadcast(S(1)) : square));
    v.re.part[i] = zero ? simd::broadcast(S(1)) : x.re.part[i] / modulus;
    v.im.part[i] = zero ? simd::Pack<S>{} : x.im.part[i] / modulus;
  });
  return v;
}

/// What the users receive.
template <class S>
struct Reception {
  Row<S, users> rate;          ///< r_k = ln(1 + |s_k|^2)
  ComplexRow<S, users> price;  ///< q_k = s_k / ((1 + |s_k|^2) r_k^2): what s_k is worth
  S inverses;                  ///< sum_k 1 / r_k
  S mean;                      ///< their harmonic mean, K / inverses
};

/// The direct paths d, one a user, and the paths C over the surface, one a user and element, over the noise amplitude.
/// The paths of a user are turned by a common phase, which no rate sees, so that the direct one is real.
template <class S>
struct Links {
  Row<S, users> direct;
  std::array<ComplexRow<S, users>, elements> of_element;  ///< the columns of C
  std::array<ComplexRow<S, elements>, users> of_user;     ///< the rows of C

  Links() = default;
  /// @param x  of each user: re, im of d_k, then of c_k1 .. c_kN
  explicit Links(const gdm::Vector<users*(2 * elements + 2)>& x) {
    for (int k = 0; k < users; ++k) {
      const double* const path = x.data() + k * (2 * elements + 2);
      const double size = std::hypot(path[0], path[1]);
      const double cosine = size > 0 ? path[0] / size : 1, sine = size > 0 ? path[1] / size : 0;
      direct.set(k, size);
      auto& row = of_user[static_cast<std::size_t>(k)];
      for (int n = 0; n < elements; ++n) {
        const double re = path[2 * n + 2], im = path[2 * n + 3];
        auto& column = of_element[static_cast<std::size_t>(n)];
        row.re.set(n, re * cosine + im * sine);
        row.im.set(n, im * cosine - re * sine);
        column.re.set(k, re * cosine + im * sine);
        column.im.set(k, im * cosine - re * sine);
      }
    }
  }

  /// s = d + C v and what follows from it.
  [[nodiscard]] Reception<S> receive(const ComplexRow<S, elements>& v) const {
    ProductParts<S, users> sum{.rr = direct, .ii = {}, .ri = {}, .ir = {}};
    for (int n = 0; n < elements; ++n) sum.add(of_element[static_cast<std::size_t>(n)], v.re[n], v.im[n]);
    Reception<S> r;
    simd::Pack<S> inverses{};
    each_register(sum.rr, [&](std::size_t i) {
      const simd::Pack<S> re = sum.rr.part[i] - sum.ii.part[i], im = sum.ri.part[i] + sum.ir.part[i];
      const simd::Pack<S> received = S(1) + re * re + im * im;
      const simd::Pack<S> rate = simd::log(received);
      r.rate.part[i] = rate > S(1e-9) ? rate : simd::broadcast(S(1e-9));  // nobody has none at all
      const simd::Pack<S> inverse = S(1) / r.rate.part[i];
      const simd::Pack<S> worth = inverse * inverse / received;
      r.price.re.part[i] = worth * re;
      r.price.im.part[i] = worth * im;
      inverses += inverse;
    });
    r.inverses = sum_of<S>(inverses);
    r.mean = users / r.inverses;
    return r;
  }

  /// C^H q: the phases of these numbers are the best answer to prices q, as far as prices stay what they are.
  [[nodiscard]] ComplexRow<S, elements> answer(const ComplexRow<S, users>& q) const {
    ProductParts<S, elements> sum;
    for (int k = 0; k < users; ++k) sum.add(of_user[static_cast<std::size_t>(k)], q.re[k], q.im[k]);
    ComplexRow<S, elements> g;
    each_register(sum.rr, [&](std::size_t i) {
      g.re.part[i] = sum.rr.part[i] + sum.ii.part[i];
      g.im.part[i] = sum.ri.part[i] - sum.ir.part[i];
    });
    return g;
  }

  /// C C^H, column j being what user j's paths have in common with those of all.
  [[nodiscard]] std::array<ComplexRow<S, users>, users> gram() const {
    std::array<ComplexRow<S, users>, users> columns{};
    for (int j = 0; j < users; ++j) {
      ComplexRow<S, users>& column = columns[static_cast<std::size_t>(j)];
      const ComplexRow<S, elements>& row = of_user[static_cast<std::size_t>(j)];
      for (int n = 0; n < elements; ++n) {
        const ComplexRow<S, users>& c = of_element[static_cast<std::size_t>(n)];
        const auto re = simd::broadcast(row.re[n]), im = simd::broadcast(row.im[n]);
        each_register(column.re, [&](std::size_t i) {
          column.re.part[i] = simd::fma(c.im.part[i], im, simd::fma(c.re.part[i], re, column.re.part[i]));
          column.im.part[i] = simd::fma(c.im.part[i], re, simd::fma(-c.re.part[i], im, column.im.part[i]));
        });
      }
    }
    return columns;
  }
};

}  // namespace surface
