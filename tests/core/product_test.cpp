// SPDX-License-Identifier: MIT
#include <gdm/core/product.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "../near.hpp"

namespace {

namespace simd = gdm::simd;

constexpr int longest = 40;  // columns and depth: every remainder by what a block takes at a time
/// Rows: every remainder by the registers, and one to ten registers of the widest kind.
using RowCounts = std::integer_sequence<int, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 24, 31, 32, 33,
                                        40, 48, 64, 65, 100, 129, 150>;

/// Small numbers with many digits, the same on every machine.
template <class S>
std::vector<S> numbers(std::size_t n, std::uint32_t seed) {
  std::vector<S> x(n);
  for (S& value : x) {
    seed = seed * 1664525U + 1013904223U;
    value = S(static_cast<double>(seed >> 8) * 0x1p-23 - 1);
  }
  return x;
}

/// What every call of `product` in this file begins with and where it ends: C, one column every `stride` numbers.
template <class S>
struct FromMatrix {
  const S* c;
  std::ptrdiff_t stride;
  simd::Pack<S> operator()(int i, int j) const { return simd::load<S>(c + j * stride + i); }
};
template <class S>
struct ToMatrix {
  S* c;
  std::ptrdiff_t stride;
  void operator()(int i, int j, const simd::Pack<S>& sum) const { simd::store<S>(c + j * stride + i, sum); }
};

/// The factors of C = start + A B with `Rows` rows, and C. Padding is NaN in A and in the start: it must not spread.
template <int Rows, class S>
struct Factors {
  static constexpr std::ptrdiff_t stride = simd::padded<S>(Rows);
  static constexpr std::ptrdiff_t lda = stride + 5;
  std::vector<S> a = numbers<S>(static_cast<std::size_t>(lda) * longest, 1);
  std::vector<S> b = numbers<S>(longest * longest, 2);  ///< element (k, j) at k + 40 j
  std::vector<S> b_rows = std::vector<S>(b.size());     ///< element (k, j) at 40 k + j
  std::vector<S> start = numbers<S>(static_cast<std::size_t>(stride) * longest, 3);

  Factors() {
    const S nan = std::numeric_limits<S>::quiet_NaN();
    for (std::ptrdiff_t k = 0; k < longest; ++k) {
      for (std::ptrdiff_t i = Rows; i < lda; ++i) a[static_cast<std::size_t>(k * lda + i)] = nan;
      for (std::ptrdiff_t i = Rows; i < stride; ++i) start[static_cast<std::size_t>(k * stride + i)] = nan;
      for (std::ptrdiff_t j = 0; j < longest; ++j) b_rows[static_cast<std::size_t>(longest * k + j)] = b_at(k, j);
    }
  }
  S a_at(std::ptrdiff_t i, std::ptrdiff_t k) const { return a[static_cast<std::size_t>(k * lda + i)]; }
  S b_at(std::ptrdiff_t k, std::ptrdiff_t j) const { return b[static_cast<std::size_t>(k + longest * j)]; }
  S start_at(std::ptrdiff_t i, std::ptrdiff_t j) const { return start[static_cast<std::size_t>(j * stride + i)]; }

  /// Columns first .. first + columns - 1 of the product.
  std::vector<S> multiply(int depth, int first, int columns, bool by_rows) const {
    std::vector<S> c(static_cast<std::size_t>(stride * columns));
    const simd::Strided<S> right = by_rows ? simd::Strided<S>{b_rows.data() + first, longest, 1}
                                           : simd::Strided<S>{b.data() + longest * first, 1, longest};
    simd::product<Rows>(a.data(), lda, depth, right, columns, FromMatrix<S>{start.data() + first * stride, stride},
                        ToMatrix<S>{c.data(), stride});
    return c;
  }
};

/// Calls f.operator()<Rows>() for each of `RowCounts`.
template <class F>
void for_each_row_count(const F& f) {
  [&]<int... R>(std::integer_sequence<int, R...>) { (f.template operator()<R>(), ...); }
  (RowCounts{});
}

/// True if the first `rows` numbers of both columns are the same bits.
template <class S>
bool same_column(const S* a, const S* b, int rows) {
  return std::equal(a, a + rows, b);
}

}  // namespace

TEST_CASE_TEMPLATE("product agrees with three nested loops for every remainder of rows, columns and depth", S, float,
                   double) {
  for_each_row_count([]<int Rows>() {
    const Factors<Rows, S> f;
    double worst = 0;  // error in units of what rounding every step may add up to
    for (int depth = 0; depth <= longest; ++depth) {
      const auto c = f.multiply(depth, 0, longest, false);
      for (int j = 0; j < longest; ++j) {
        for (int i = 0; i < Rows; ++i) {
          long double exact = f.start_at(i, j), size = std::abs(f.start_at(i, j));
          for (int k = 0; k < depth; ++k) {
            const long double term = static_cast<long double>(f.a_at(i, k)) * f.b_at(k, j);
            exact += term;
            size += std::abs(term);
          }
          const long double error = std::abs(c[static_cast<std::size_t>(j * f.stride + i)] - exact);
          const long double allowed = static_cast<long double>(depth + 1) * std::numeric_limits<S>::epsilon() * size;
          worst = larger_error(worst, static_cast<double>(error / allowed));
        }
      }
    }
    CAPTURE(Rows);
    CHECK(worst <= 1);
  });
}

TEST_CASE_TEMPLATE("a column has the same bits alone, in a batch of any size and at any place", S, float, double) {
  for_each_row_count([]<int Rows>() {
    const Factors<Rows, S> f;
    int different = 0;
    for (const int depth : {1, 2, 3, 4, 5, 7, 8, 17, 40}) {
      const auto all = f.multiply(depth, 0, longest, false);
      for (int columns = 1; columns < longest; ++columns) {
        const int first = columns * 7 % (longest - columns + 1);
        const auto some = f.multiply(depth, first, columns, false);
        for (int j = 0; j < columns; ++j) {
          different += same_column(some.data() + j * f.stride, all.data() + (first + j) * f.stride, Rows) ? 0 : 1;
        }
      }
      for (int j = 0; j < longest; ++j) {
        different += same_column(f.multiply(depth, j, 1, false).data(), all.data() + j * f.stride, Rows) ? 0 : 1;
      }
    }
    CAPTURE(Rows);
    CHECK(different == 0);
  });
}

TEST_CASE_TEMPLATE("a transposed right factor gives the same bits", S, float, double) {
  for_each_row_count([]<int Rows>() {
    const Factors<Rows, S> f;
    int different = 0;
    for (const int columns : {1, 2, 3, 6, 13, 40}) {
      const auto by_columns = f.multiply(longest, 0, columns, false);
      const auto by_rows = f.multiply(longest, 0, columns, true);
      for (int j = 0; j < columns; ++j)
        different += same_column(by_columns.data() + j * f.stride, by_rows.data() + j * f.stride, Rows) ? 0 : 1;
    }
    CAPTURE(Rows);
    CHECK(different == 0);
  });
}

TEST_CASE_TEMPLATE("a product that starts from C adds to it, and columns beyond the last are not touched", S, float,
                   double) {
  constexpr int rows = 5, columns = 7, depth = 6;
  const Factors<rows, S> f;
  std::vector<S> c(f.stride * static_cast<std::size_t>(columns + 1), S(42));
  for (int twice = 0; twice < 2; ++twice) {
    simd::product<rows>(f.a.data(), f.lda, depth, simd::Strided<S>{f.b.data(), 1, longest}, columns,
                        FromMatrix<S>{c.data(), f.stride}, ToMatrix<S>{c.data(), f.stride});
  }
  const double tolerance = 100 * static_cast<double>(std::numeric_limits<S>::epsilon());
  for (int j = 0; j < columns; ++j) {
    for (int i = 0; i < rows; ++i) {
      double expected = 42;
      for (int k = 0; k < depth; ++k)
        expected += 2 * static_cast<double>(f.a_at(i, k)) * static_cast<double>(f.b_at(k, j));
      CHECK(std::abs(static_cast<double>(c[static_cast<std::size_t>(j * f.stride + i)]) - expected) <= 42 * tolerance);
    }
  }
  for (std::ptrdiff_t i = columns * f.stride; i < (columns + 1) * f.stride; ++i)
    CHECK(c[static_cast<std::size_t>(i)] == S(42));
}

TEST_CASE("a scalar without registers multiplies the same way") {
  using S = long double;
  const Factors<7, S> f;
  const auto c = f.multiply(longest, 0, 9, false);
  for (int j = 0; j < 9; ++j) {
    for (int i = 0; i < 7; ++i) {
      S exact = f.start_at(i, j);
      for (int k = 0; k < longest; ++k) exact += f.a_at(i, k) * f.b_at(k, j);
      CHECK(std::abs(c[static_cast<std::size_t>(j * f.stride + i)] - exact) <= 1e-16L);
    }
  }
}
