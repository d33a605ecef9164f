// SPDX-License-Identifier: MIT
/// @file
/// @brief Element-wise functions with their slopes, and the operation that applies one to a block.
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

/// f(z) = max(z, 0); the slope at 0 is 0.
struct Relu {
  template <class S>
  static ValueAndSlope<simd::Pack<S>> at(const simd::Pack<S>& z) noexcept {
    const simd::Pack<S> zero{};
    const simd::Pack<S> one = simd::broadcast<S>(S(1));
    return {z > zero ? z : zero, z > zero ? one : zero};
  }
};

/// f(z) = 1 / (1 + e^-z).
struct Sigmoid {
  template <class S>
  static ValueAndSlope<simd::Pack<S>> at(const simd::Pack<S>& z) noexcept {
    const simd::Pack<S> s = simd::sigmoid(z);
    return {s, s * (1 - s)};
  }
};

/// f(z) = tanh z = 2 sigmoid(2 z) - 1.
struct Tanh {
  template <class S>
  static ValueAndSlope<simd::Pack<S>> at(const simd::Pack<S>& z) noexcept {
    const simd::Pack<S> s = simd::sigmoid<simd::Pack<S>>(2 * z);
    return {2 * s - 1, 4 * s * (1 - s)};
  }
};

/// f(z) = log(1 + e^z), written so that neither end overflows.
struct Softplus {
  template <class S>
  static ValueAndSlope<simd::Pack<S>> at(const simd::Pack<S>& z) noexcept {
    const simd::Pack<S> zero{};
    const simd::Pack<S> magnitude = z > zero ? z : simd::Pack<S>(-z);
    simd::Pack<S> tail = 1 + simd::exp(simd::Pack<S>(-magnitude));
    using std::log;
    if constexpr (simd::has_registers<S>) {
      for (int i = 0; i < simd::lanes<S>; ++i) tail[i] = log(tail[i]);
    } else {
      tail = log(tail);
    }
    return {(z > zero ? z : zero) + tail, simd::sigmoid(z)};
  }
};

/// The operation y = f(x), element by element, on `N` rows.
///
/// Every operation of this folder has the same face, for a scalar S and a batch of B columns:
/// | member                                              | meaning                                                    |
/// |-----------------------------------------------------|------------------------------------------------------------|
/// | `inputs`, `outputs`                                 | rows of x and y                                            |
/// | `Parameters<S>`                                     | the weights; a gradient has the same type                  |
/// | `visit(f, parameters..)`                            | calls f(name, block..) on the same block of each argument  |
/// | `Workspace<S, B>`                                   | what forward keeps for pullback                            |
/// | `prepare(parameters, workspace)`                    | once after the parameters changed, before a pullback       |
/// | `forward(parameters, x, workspace, y)`              | y = op(x); x must stay as it is until the pullback         |
/// | `pullback(parameters, workspace, dy, gradient, dx)` | adds to `gradient`; overwrites `dx`, or skips it if null   |
template <class F, int N>
struct Elementwise {
  static constexpr int inputs = N;
  static constexpr int outputs = N;

  template <class S>
  struct Parameters {};
  template <class S, int B>
  struct Workspace {
    Block<S, N, B> slope;
  };

  template <class G, class... P>
  static void visit(const G&, P&...) {}
  template <class S, int B>
  static void prepare(const Parameters<S>&, Workspace<S, B>&) {}

  template <class S, int B>
  static void forward(const Parameters<S>&, const Block<S, N, B>& x, Workspace<S, B>& workspace, Block<S, N, B>& y) {
    detail::for_each_register<Block<S, N, B>>([&](int i) {
      const auto f = F::template at<S>(simd::load<S>(x.data + i));
      simd::store<S>(y.data + i, f.value);
      simd::store<S>(workspace.slope.data + i, f.slope);
    });
  }

  template <class S, int B>
  static void pullback(const Parameters<S>&, const Workspace<S, B>& workspace, const Block<S, N, B>& dy, Parameters<S>&,
                       Block<S, N, B>* dx) {
    if (dx == nullptr) return;
    detail::for_each_register<Block<S, N, B>>([&](int i) {
      simd::store<S>(dx->data + i, simd::load<S>(dy.data + i) * simd::load<S>(workspace.slope.data + i));
    });
  }
};

GDM_NAMESPACE_END
