// SPDX-License-Identifier: MIT
/// @file
/// @brief Which columns of a block are the tokens of which instance, when every instance has a number of its own.
#pragma once

#include <algorithm>

#include <gdm/autodiff/linear.hpp>

GDM_NAMESPACE_BEGIN

/// The present tokens of up to `B` instances side by side, at most `M` each; an absent token has no column and costs
/// nothing. With `Global`, one more column an instance follows behind all tokens.
template <int M, int B, bool Global>
struct TokenColumns {
  static constexpr int capacity = (M + (Global ? 1 : 0)) * B;

  int n = 0;               ///< instances
  int total = 0;           ///< tokens
  int first[B + 1];        ///< first token of each instance; the end of the last one
  int instance[capacity];  ///< of every column

  /// Lays out `instances` instances of which `present` gives the numbers of tokens; null: M each.
  /// @param times  2 repeats them all behind themselves, for the unconditional branch of guidance
  void lay_out(const int* present, int instances, int times = 1) {
    n = instances * times;
    total = 0;
    for (int b = 0; b < n; ++b) {
      first[b] = total;
      const int tokens = present == nullptr ? M : present[b < instances ? b : b - instances];
      std::fill_n(instance + total, tokens, b);
      total += tokens;
    }
    first[n] = total;
    if constexpr (Global) {
      for (int b = 0; b < n; ++b) instance[total + b] = b;
    }
  }

  [[nodiscard]] int tokens(int b) const noexcept { return first[b + 1] - first[b]; }
  [[nodiscard]] int columns() const noexcept { return total + (Global ? n : 0); }
};

namespace detail {

/// to_b = scale * the sum of the tokens of instance b, in the order of the columns.
/// @param divisor  the sum is divided by it; 0: by the number of tokens
template <int Rows, class S, class Layout>
void sum_tokens(const Layout& layout, Columns<const S> x, int divisor, Columns<S> to) {
  for (int b = 0; b < layout.n; ++b) {
    const int tokens = layout.tokens(b);
    const S scale = S(1) / S(divisor != 0 ? divisor : std::max(tokens, 1));
    for (int r = 0; r < simd::padded<S>(Rows); r += simd::lanes<S>) {
      const S* token = x[layout.first[b]] + r;
      simd::Pack<S> sum{};
      if (tokens > 0) sum = simd::load<S>(token);
      for (int i = 1; i < tokens; ++i) sum += simd::load<S>(token + i * x.stride);
      simd::store<S>(to[b] + r, simd::Pack<S>(sum * scale));
    }
  }
}

}  // namespace detail
GDM_NAMESPACE_END
