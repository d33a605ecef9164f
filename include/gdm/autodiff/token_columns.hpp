// SPDX-License-Identifier: MIT
/// @file
/// @brief Which columns of a block are the tokens of which instance, when every instance has a number of its own.
#pragma once

#include <algorithm>
#include <numeric>

#include <gdm/autodiff/linear.hpp>

GDM_NAMESPACE_BEGIN

/// The present tokens of up to `B` instances side by side, at most `M` each; an absent token has no column and costs
/// nothing. With `Global`, one more column an instance follows behind all tokens.
template <int M, int B, bool Global>
struct TokenColumns {
  static constexpr int capacity = (M + (Global ? 1 : 0)) * B;

  int n = 0;         ///< instances
  int total = 0;     ///< tokens
  int first[B + 1];  ///< first token of each instance; the end of the last one
  int instance[(capacity + 7) / 8 *
               8];  ///< of every column; rounded up to the widest block of a product, which g++ 12 sees read

  /// Lays out `instances` instances of which `present` gives the numbers of tokens; null: M each.
  /// @param times  2 repeats them all behind themselves, for the unconditional branch of guidance
  void lay_out(const int* present, int instances, int times = 1) {
    n = 0;
    total = 0;
    for (int time = 0; time < times; ++time)
      for (int b = 0; b < instances; ++b) {
        const int tokens = present == nullptr ? M : present[b];
        first[n] = total;
        std::fill_n(instance + total, tokens, n++);
        total += tokens;
      }
    first[n] = total;
    if constexpr (Global) std::iota(instance + total, instance + total + n, 0);
  }

  [[nodiscard]] int tokens(int b) const noexcept { return first[b + 1] - first[b]; }
  [[nodiscard]] int columns() const noexcept { return total + (Global ? n : 0); }
};

namespace detail {

/// One over the divisor of an instance's sum: `divisor`, or its number of tokens where that is 0.
template <class S>
S pooling_scale(int divisor, int tokens) noexcept {
  return S(1) / S(divisor != 0 ? divisor : std::max(tokens, 1));
}

/// to_b = the sum of the tokens of instance b, in the order of the columns, over the divisor (see pooling_scale).
template <int Rows, class S, int M, int B, bool Global>
void sum_tokens(const TokenColumns<M, B, Global>& layout, Columns<const S> x, int divisor, Columns<S> to) {
  const auto sum = [&](int b, int first, int tokens) {
    const S scale = pooling_scale<S>(divisor, tokens);
    for (int r = 0; r < simd::padded<S>(Rows); r += simd::lanes<S>) {
      const S* token = x[first] + r;
      simd::Pack<S> total{};
      if (tokens > 0) total = simd::load<S>(token);
      for (int i = 1; i < tokens; ++i) total += simd::load<S>(token + i * x.stride);
      simd::store<S>(to[b] + r, simd::Pack<S>(total * scale));
    }
  };
  if (layout.total == M * layout.n) {  // all are present: the compiler knows how many
    for (int b = 0; b < layout.n; ++b) sum(b, M * b, M);
  } else {
    for (int b = 0; b < layout.n; ++b) sum(b, layout.first[b], layout.tokens(b));
  }
}

}  // namespace detail
GDM_NAMESPACE_END
