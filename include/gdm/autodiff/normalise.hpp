// SPDX-License-Identifier: MIT
/// @file
/// @brief Operations that normalise a column: softmax and layer norm.
#pragma once

#include <cmath>

#include <gdm/autodiff/block.hpp>

GDM_NAMESPACE_BEGIN

/// y_i = e^x_i / sum_j e^x_j, column by column.
template <int N>
struct Softmax {
  static constexpr int inputs = N;
  static constexpr int outputs = N;

  template <class S>
  struct Parameters {};
  template <class S, int B>
  struct Workspace {
    Block<S, N, B> y;
  };

  template <class F, class... P>
  static void visit(const F&, P&...) {}
  template <class S, int B>
  static void prepare(const Parameters<S>&, Workspace<S, B>&) {}

  template <class S, int B>
  static void forward(const Parameters<S>&, const Block<S, N, B>& x, Workspace<S, B>& workspace, Block<S, N, B>& y) {
    using std::exp;
    for (int j = 0; j < B; ++j) {
      S largest = x(0, j);  // taken off first: a large input must not overflow
      for (int i = 1; i < N; ++i) largest = x(i, j) > largest ? x(i, j) : largest;
      S sum(0);
      for (int i = 0; i < N; ++i) sum += (y(i, j) = exp(S(x(i, j) - largest)));
      for (int i = 0; i < N; ++i) y(i, j) /= sum;
    }
    workspace.y = y;
  }

  /// dx = y * (dy - <y, dy>).
  template <class S, int B>
  static void pullback(const Parameters<S>&, const Workspace<S, B>& workspace, const Block<S, N, B>& dy, Parameters<S>&,
                       Block<S, N, B>* dx) {
    if (dx == nullptr) return;
    *dx = {};
    const Block<S, N, B>& y = workspace.y;
    for (int j = 0; j < B; ++j) {
      S inner(0);
      for (int i = 0; i < N; ++i) inner += y(i, j) * dy(i, j);
      for (int i = 0; i < N; ++i) (*dx)(i, j) = y(i, j) * (dy(i, j) - inner);
    }
  }
};

/// y = gain * (x - mean) / sqrt(variance + 1e-5) + shift, column by column (Ba et al. 2016, Eq. 4).
template <int N>
struct LayerNorm {
  static constexpr int inputs = N;
  static constexpr int outputs = N;
  static constexpr double epsilon = 1e-5;

  template <class S>
  struct Parameters {
    Block<S, N, 1> gain;
    Block<S, N, 1> shift;
  };
  template <class S, int B>
  struct Workspace {
    Block<S, N, B> unit;     ///< (x - mean) / deviation
    Block<S, 1, B> inverse;  ///< 1 / deviation
  };

  template <class F, class First, class... P>
  static void visit(const F& f, First& first, P&... p) {
    f("gain", first.gain, p.gain...);
    f("shift", first.shift, p.shift...);
  }
  template <class S, int B>
  static void prepare(const Parameters<S>&, Workspace<S, B>&) {}

  template <class S, int B>
  static void forward(const Parameters<S>& p, const Block<S, N, B>& x, Workspace<S, B>& workspace, Block<S, N, B>& y) {
    using std::sqrt;
    for (int j = 0; j < B; ++j) {
      S mean(0), variance(0);
      for (int i = 0; i < N; ++i) mean += x(i, j);
      mean /= S(N);
      for (int i = 0; i < N; ++i) variance += (x(i, j) - mean) * (x(i, j) - mean);
      variance /= S(N);
      const S inverse = S(1) / sqrt(S(variance + S(epsilon)));
      workspace.inverse(0, j) = inverse;
      for (int i = 0; i < N; ++i) {
        workspace.unit(i, j) = (x(i, j) - mean) * inverse;
        y(i, j) = p.gain(i, 0) * workspace.unit(i, j) + p.shift(i, 0);
      }
    }
  }

  /// With g = gain * dy and u the unit column: dx = (g - mean(g) - u mean(g u)) / deviation.
  template <class S, int B>
  static void pullback(const Parameters<S>& p, const Workspace<S, B>& workspace, const Block<S, N, B>& dy,
                       Parameters<S>& gradient, Block<S, N, B>* dx) {
    if (dx != nullptr) *dx = {};
    for (int j = 0; j < B; ++j) {
      S mean(0), inner(0);
      for (int i = 0; i < N; ++i) {
        const S u = workspace.unit(i, j);
        const S g = p.gain(i, 0) * dy(i, j);
        gradient.gain(i, 0) += u * dy(i, j);
        gradient.shift(i, 0) += dy(i, j);
        mean += g;
        inner += g * u;
      }
      mean /= S(N);
      inner /= S(N);
      if (dx == nullptr) continue;
      for (int i = 0; i < N; ++i) {
        const S g = p.gain(i, 0) * dy(i, j);
        (*dx)(i, j) = (g - mean - workspace.unit(i, j) * inner) * workspace.inverse(0, j);
      }
    }
  }
};

GDM_NAMESPACE_END
