// SPDX-License-Identifier: MIT
/// @file
/// @brief Element-wise functions with their slopes.
#pragma once

#include <gdm/autodiff/block.hpp>

GDM_NAMESPACE_BEGIN

/// A function of one number and its derivative there. `P` is a pack of numbers or a single one.
template <class P>
struct ValueAndSlope {
  P value;
  P slope;
};

/// f(z) = z.
struct Identity {
  template <class S>
  static ValueAndSlope<simd::Pack<S>> at(const simd::Pack<S>& z) noexcept {
    return {z, simd::broadcast<S>(S(1))};
  }
};

/// SiLU or swish, f(z) = z / (1 + e^-z) (Elfwing et al. 2018, Eq. 1).
struct Silu {
  template <class S>
  static ValueAndSlope<simd::Pack<S>> at(const simd::Pack<S>& z) noexcept {
    const simd::Pack<S> s = simd::sigmoid(z);
    const simd::Pack<S> value = simd::rounded_product(z, s);  // a residual sum may follow
    return {value, simd::fma(value, simd::Pack<S>(1 - s), s)};
  }
};

GDM_NAMESPACE_END
