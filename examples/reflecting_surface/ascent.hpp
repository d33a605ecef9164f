// SPDX-License-Identifier: MIT
/// @file
/// @brief Ascent in the angles of a surface's phases, and the best of many starts.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "links.hpp"

namespace surface {

/// L-BFGS (Nocedal and Wright 2006, algorithm 7.4, with backtracking) on the harmonic mean of the rates as a function of the
/// angles. It takes 45 steps from random phases to where a step gains less than 1e-5. Moving elements one by one, each to
/// its best angle, ends as high after 28 sweeps of 32 searches; the fixed point v <- phases(C^H q) has to be damped, and
/// takes 100 to 200 steps.
template <class S>
class Ascent {
  using Angles = Row<S, elements>;
  using Phases = ComplexRow<S, elements>;

 public:
  Ascent(const Links<S>& links, const Phases& start) : links_(&links), at_(start), mean_(slope(start, gradient_)) {}

  [[nodiscard]] const Phases& phases() const { return at_; }
  [[nodiscard]] S mean() const { return mean_; }
  [[nodiscard]] const Angles& gradient() const { return gradient_; }

  /// At most `steps`, until one gains less than `tolerance`, relative.
  void run(int steps, double tolerance = 1e-5) {
    while (steps-- > 0 && step() > static_cast<S>(tolerance) * mean_) {
    }
  }
  void finish() { run(500); }

 private:
  static constexpr int memory = 4;
  /// A step and by how much the gradient fell on it.
  struct Pair {
    Angles moved, fell;
    S inverse;  ///< of their product
  };

  /// @returns what was gained; 0 where nothing is found uphill
  S step() {
    Angles d = direction();
    S rise = dot(d, gradient_);
    if (!(rise > 0)) {
      d = gradient_;
      rise = dot(d, d);
      known_ = 0;
    }
    const S size = std::sqrt(dot(d, d) / elements);
    S length = size > S(0.7) ? S(0.7) / size : S(1);
    for (int attempt = 0; attempt < 8; ++attempt, length *= S(0.35)) {
      const Phases next = turned(d, length);
      Angles next_gradient;
      const S value = slope(next, next_gradient);
      if (!(value >= mean_ + S(1e-4) * length * rise)) continue;
      remember(d, length, next_gradient);
      const S gain = value - mean_;
      at_ = next;
      gradient_ = next_gradient;
      mean_ = value;
      return gain;
    }
    return 0;
  }

  /// The mean, and its derivative by the angles: 2 K / (sum 1/r)^2 Re(conj(g_n) i v_n) with g = C^H q.
  S slope(const Phases& v, Angles& gradient) const {
    const Reception<S> r = links_->receive(v);
    const Phases g = links_->answer(r.price);
    const S factor = 2 * r.mean / r.inverses;
    each_register(gradient, [&](std::size_t i) {
      gradient.part[i] = factor * (g.im.part[i] * v.re.part[i] - g.re.part[i] * v.im.part[i]);
    });
    return r.mean;
  }

  /// Every phase turned by atan(length d_n), which needs no sine.
  [[nodiscard]] Phases turned(const Angles& d, S length) const {
    Phases x;
    each_register(d, [&](std::size_t i) {
      const simd::Pack<S> tangent = length * d.part[i];
      x.re.part[i] = at_.re.part[i] - tangent * at_.im.part[i];
      x.im.part[i] = at_.im.part[i] + tangent * at_.re.part[i];
    });
    return surface::phases(x);
  }

  [[nodiscard]] Angles direction() const {
    Angles d = gradient_;
    std::array<S, memory> share;
    for (int i = 0; i < known_; ++i) {
      const Pair& pair = pairs_[newest(i)];
      const S a = share[static_cast<std::size_t>(i)] = pair.inverse * dot(pair.moved, d);
      each_register(d, [&](std::size_t r) { d.part[r] -= a * pair.fell.part[r]; });
    }
    S scale = S(0.25) / std::max(std::sqrt(dot(gradient_, gradient_) / elements), S(1e-20));
    if (known_ > 0) {
      const Pair& last = pairs_[newest(0)];
      scale = 1 / (last.inverse * dot(last.fell, last.fell));
    }
    each_register(d, [&](std::size_t r) { d.part[r] *= scale; });
    for (int i = known_ - 1; i >= 0; --i) {
      const Pair& pair = pairs_[newest(i)];
      const S a = share[static_cast<std::size_t>(i)] - pair.inverse * dot(pair.fell, d);
      each_register(d, [&](std::size_t r) { d.part[r] += a * pair.moved.part[r]; });
    }
    return d;
  }

  void remember(const Angles& d, S length, const Angles& next_gradient) {
    Pair& pair = pairs_[static_cast<std::size_t>(count_ % memory)];
    each_register(d, [&](std::size_t r) {
      pair.moved.part[r] = length * d.part[r];
      pair.fell.part[r] = gradient_.part[r] - next_gradient.part[r];
    });
    const S product = dot(pair.moved, pair.fell);
    if (!(product > S(1e-6) * std::sqrt(dot(pair.moved, pair.moved) * dot(pair.fell, pair.fell)))) {
      known_ = std::min(known_, memory - 1);  // the oldest pair is overwritten
      return;
    }
    pair.inverse = 1 / product;
    ++count_;
    known_ = std::min(known_ + 1, memory);
  }
  [[nodiscard]] std::size_t newest(int i) const { return static_cast<std::size_t>((count_ - 1 - i) % memory); }

  const Links<S>* links_;
  Phases at_;
  Angles gradient_;
  S mean_;
  std::array<Pair, memory> pairs_;
  int known_ = 0, count_ = 0;
};

/// Phases uniform on the circle.
inline ComplexRow<float, elements> random_phases(gdm::RandomStream& random) {
  ComplexRow<float, elements> v;
  for (int n = 0; n < elements; ++n) {
    const double angle = 2 * std::numbers::pi * random.uniform();
    v.re.set(n, std::cos(angle));
    v.im.set(n, std::sin(angle));
  }
  return v;
}

/// The best end of `starts` ascents from random phases, each to convergence. No better for the same time: giving up the
/// worse half of the ascents every eight steps; beginning with the best of 8 or 32 random phases, or with those that answer
/// prices of random phase.
inline ComplexRow<float, elements> best_of_starts(const Links<float>& links, int starts, gdm::RandomStream& random) {
  ComplexRow<float, elements> best{};
  float mean = -1;
  for (int k = 0; k < starts; ++k) {
    Ascent<float> ascent(links, random_phases(random));
    ascent.finish();
    if (ascent.mean() <= mean) continue;
    best = ascent.phases();
    mean = ascent.mean();
  }
  return best;
}

}  // namespace surface
