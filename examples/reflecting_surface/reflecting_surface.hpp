// SPDX-License-Identifier: MIT
/// @file
/// @brief The phases of a reflecting surface that serves users in turn: a problem with no closed form and no labels.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <string_view>

#include "ascent.hpp"

/// A surface of N = 32 passive elements turns the phase of what it reflects. K = 16 users are served in turn, each with the
/// same number of bits a frame, and the surface keeps one setting for the whole frame. User k takes the time 1 / r_k for a
/// bit, r_k = log2(1 + |d_k + sum_n c_kn v_n|^2), so that the frame carries
///   f(v) = K / sum_k 1 / r_k   bit/s/Hz, the harmonic mean of the rates, to be maximised over |v_n| = 1.
/// Not concave, and full of local optima: a setting that aligns the paths of one user scatters those of others.
///
/// At an optimum v = phases(C^H q) with the price q_k = s_k / ((1 + |s_k|^2) r_k^2) of what user k receives, s_k. (That the
/// derivative is zero leaves every element a sign; at every optimum found it was this one.) So one complex number a user is
/// the whole solution. So users are the tokens, and prices are what is diffused.
///
/// Condition: of each user re, im of d_k, then of c_k1 .. c_kN, over the noise amplitude. Solution: re, im of v_1 .. v_N.
struct ReflectingSurface {
  static constexpr int N = surface::elements, K = surface::users;
  static constexpr gdm::TokenLayout tokens{
      .count = K, .features = 7, .latents = 2, .pair_features = 2, .step_features = 4};
  using Condition = gdm::Vector<K*(2 * N + 2)>;
  using Solution = gdm::Vector<2 * N>;
  using Features = gdm::Vector<tokens.feature_size()>;
  using PairFeatures = gdm::Vector<tokens.pair_size()>;
  using StepFeatures = gdm::Vector<tokens.step_size()>;
  using Latent = gdm::Vector<tokens.latent_size()>;
  using Denoiser = gdm::GraphMlp<16, 3>;
  static constexpr gdm::Sense sense = gdm::Sense::maximize;
  static constexpr std::string_view name = "reflecting_surface";
  static constexpr gdm::TrainDefaults training{.epochs = 100, .batch_size = 64, .learning_rate = 3e-3};

  /// Steps of the ascent that are one step of `refine`.
  static constexpr int refine_steps = 10;
  /// Mean power over the noise of a direct path, and of a path over one element.
  static constexpr double direct_power = 0.1, element_power = 0.01;

  /// The ascent climbs in single precision; what it finds is judged in double.
  struct Context {
    surface::Links<float> links;
    surface::Links<double> exact;
    std::array<surface::ComplexRow<float, K>, K> gram;
  };
  static Context context(const Condition& x) {
    Context c{surface::Links<float>(x), surface::Links<double>(x), {}};
    c.gram = c.links.gram();
    return c;
  }

  static double objective(const Condition& x, const Solution& y) {
    return std::numbers::log2e * surface::Links<double>(x).receive(rows<double>(y)).mean;
  }
  static double objective(const Condition&, const Solution& y, const Context& c) {
    return std::numbers::log2e * c.exact.receive(rows<double>(y)).mean;
  }
  static Solution project(const Condition&, const Solution& y) {
    Solution v;
    for (int n = 0; n < N; ++n) {
      const double top = std::max(std::abs(y[2 * n]), std::abs(y[2 * n + 1]));  // the square of 1e300 is no double
      const double re = top > 0 ? y[2 * n] / top : 1, im = top > 0 ? y[2 * n + 1] / top : 0;
      const double size = std::hypot(re, im);
      v[2 * n] = re / size;
      v[2 * n + 1] = im / size;
    }
    return v;
  }
  static double violation(const Condition&, const Solution& y) {
    double worst = 0;
    for (int n = 0; n < N; ++n) worst = std::max(worst, std::abs(std::hypot(y[2 * n], y[2 * n + 1]) - 1));
    return y.allFinite() ? worst : std::numeric_limits<double>::infinity();
  }
  /// Rich scattering: every path is CN(0, its mean power).
  template <class Generator>
  static Condition draw(Generator& rng) {
    Condition x;
    for (int i = 0; i < Condition::RowsAtCompileTime; ++i)
      x[i] = std::sqrt(0.5 * (i % (2 * N + 2) < 2 ? direct_power : element_power)) * gdm::draw_normal(rng);
    return x;
  }

  /// The surface adds to every direct path as well as it can for all, users with weak paths counting more.
  static Solution baseline(const Condition& x) { return solution(aligned(context(x))); }
  /// Ten steps of L-BFGS.
  static Solution refine(const Condition& x, const Solution& y) { return refine(x, y, context(x)); }
  static Solution refine(const Condition& x, const Solution& y, const Context& c) {
    surface::Ascent<float> ascent(c.links, rows<float>(y));
    ascent.run(refine_steps);
    const Solution next = solution(ascent.phases());
    return objective(x, next, c) > objective(x, y, c) ? next : y;
  }

  /// Per user: both path losses and their ratio, what it gets of `aligned` and the price of it, how much of its paths it
  /// shares with others.
  static Features features(const Condition&, const Context& c) {
    const auto r = c.links.receive(aligned(c));
    const double unit = unit_of(r.price);
    Features f;
    for (int k = 0; k < K; ++k) {
      const double direct = std::log(c.links.direct[k] * c.links.direct[k] + 1e-4), own = energy(c, k);
      double shared = 0;
      for (int j = 0; j < K; ++j) {
        const auto& column = c.gram[static_cast<std::size_t>(j)];
        shared += (column.re[k] * column.re[k] + column.im[k] * column.im[k]) / (own * energy(c, j));
      }
      f.segment<7>(7 * k) << direct, std::log(own), direct - std::log(own), std::log(r.rate[k]), unit * r.price.re[k],
          unit * r.price.im[k], shared;
    }
    return f;
  }
  /// (C C^H)_kj over the paths' energies: what a price of user j does to user k, if all elements answer alike.
  static PairFeatures pair_features(const Condition&, const Context& c) {
    PairFeatures f = PairFeatures::Zero();
    for (int k = 0; k < K; ++k)
      for (int j = 0; j < K; ++j) {
        if (k == j) continue;
        const auto& column = c.gram[static_cast<std::size_t>(j)];
        const double unit = 1.5 / std::sqrt(energy(c, k) * energy(c, j));
        f[2 * (k * K + j)] = unit * column.re[k];
        f[2 * (k * K + j) + 1] = unit * column.im[k];
      }
    return f;
  }
  /// The prices that follow from the noisy ones, and the rates there: what one step of the fixed point would do.
  static StepFeatures step_features(const Condition&, const Latent& z, const Context& c) {
    const auto r = c.links.receive(surface::phases(c.links.answer(prices(z))));
    const double unit = unit_of(r.price), mean = std::log(r.mean);
    StepFeatures f;
    for (int k = 0; k < K; ++k)
      f.segment<4>(4 * k) << unit * r.price.re[k], unit * r.price.im[k], std::log(r.rate[k]) - mean, mean;
    return f;
  }

  static Latent encode(const Condition&, const Solution& y, const Context& c) {
    const auto r = c.links.receive(rows<float>(y));
    const double unit = unit_of(r.price);
    Latent z;
    for (int k = 0; k < K; ++k) z.segment<2>(2 * k) << unit * r.price.re[k], unit * r.price.im[k];
    return z;
  }
  static Solution decode(const Condition&, const Latent& z, const Context& c) {
    return solution(surface::phases(c.links.answer(prices(z))));
  }

  template <class S>
  static surface::ComplexRow<S, N> rows(const Solution& y) {
    surface::ComplexRow<S, N> v;
    for (int n = 0; n < N; ++n) {
      v.re.set(n, y[2 * n]);
      v.im.set(n, y[2 * n + 1]);
    }
    return v;
  }
  /// Unit modulus in double precision, too.
  static Solution solution(const surface::ComplexRow<float, N>& v) {
    Solution y;
    for (int n = 0; n < N; ++n) {
      const double re = v.re[n], im = v.im[n], size = std::sqrt(re * re + im * im);
      y.segment<2>(2 * n) << re / size, im / size;
    }
    return y;
  }

 private:
  static surface::ComplexRow<float, N> aligned(const Context& c) {
    surface::ComplexRow<float, K> q{};
    for (int k = 0; k < K; ++k) q.re.set(k, element_power * N / energy(c, k));
    return surface::phases(c.links.answer(q));
  }
  static double energy(const Context& c, int k) { return c.gram[static_cast<std::size_t>(k)].re[k] + 1e-9; }
  /// Only the ratios of prices matter: their root mean square becomes 1.
  static double unit_of(const surface::ComplexRow<float, K>& q) {
    return 1 / std::sqrt((dot(q.re, q.re) + dot(q.im, q.im)) / K + 1e-30);
  }
  static surface::ComplexRow<float, K> prices(const Latent& z) {
    surface::ComplexRow<float, K> q;
    for (int k = 0; k < K; ++k) {
      q.re.set(k, std::clamp(z[2 * k], -1e3, 1e3));
      q.im.set(k, std::clamp(z[2 * k + 1], -1e3, 1e3));
    }
    return q;
  }
};
