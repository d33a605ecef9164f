// SPDX-License-Identifier: MIT
/// @file
/// @brief Airtime of a cell with promised throughputs: a problem that uses every hook.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include <gdm/nn/set_mlp.hpp>
#include <gdm/optim/train_defaults.hpp>
#include <gdm/optimum/projection.hpp>
#include <gdm/problem/draw.hpp>

namespace example {

/// Shares tau of a frame among K terminals of rates r and weights w: the largest weighted geometric mean of the
/// throughputs r_i tau_i, with sum tau = 1 and a promised throughput for everyone, r_i tau_i >= q.
template <int K>
struct Airtime {
  //! [types]
  using Condition = gdm::Vector<2 * K + 1>;  // r_1, w_1, r_2, w_2, .. in Mbit/s and 1; then q in Mbit/s
  using Solution = gdm::Vector<K>;           // tau_1 .. tau_K, shares of the frame
  static constexpr gdm::Sense sense = gdm::Sense::maximize;
  //! [types]

  //! [objective]
  // In Mbit/s: positive at the optimum, so that a relative gap means something.
  static double objective(const Condition& x, const Solution& tau) {
    double sum = 0, weights = 0;
    for (int i = 0; i < K; ++i) {
      sum += x[2 * i + 1] * std::log(x[2 * i] * tau[i]);
      weights += x[2 * i + 1];
    }
    return std::exp(sum / weights);
  }
  //! [objective]

  //! [feasible]
  // The share that terminal i needs for the promised throughput.
  static Solution promised(const Condition& x) {
    Solution least;
    for (int i = 0; i < K; ++i) least[i] = x[2 * K] / x[2 * i];
    return least;
  }
  static Solution project(const Condition& x, const Solution& tau) {
    const Solution least = promised(x);
    return least + gdm::project_simplex(tau - least, 1 - least.sum());
  }
  static double violation(const Condition& x, const Solution& tau) {
    if (!tau.allFinite()) return std::numeric_limits<double>::infinity();
    const Solution least = promised(x);
    double worst = std::abs(tau.sum() - 1);
    for (int i = 0; i < K; ++i) worst = std::max(worst, (least[i] - tau[i]) / least[i]);
    return worst > 1e-12 ? worst : 0;  // what rounding leaves is no violation
  }
  //! [feasible]

  //! [labels]
  template <class Generator>
  static Condition draw(Generator& rng) {
    Condition x;
    double slowness = 0;
    for (int i = 0; i < K; ++i) {
      x[2 * i] = gdm::draw_uniform(rng, 10.0, 100.0);
      x[2 * i + 1] = gdm::draw_uniform(rng, 0.5, 2.0);
      slowness += 1 / x[2 * i];
    }
    x[2 * K] = gdm::draw_uniform(rng, 0.2, 0.9) / slowness;  // the promises take 20 to 90 % of the frame
    return x;
  }
  // Shares in proportion to the weights; whoever gets less than promised is held at the promise, and the rest is shared
  // again. The set of those who are held only grows, so K rounds are enough.
  static Solution optimal(const Condition& x) {
    const Solution least = promised(x);
    Solution tau = Solution::Zero();
    Eigen::Array<bool, K, 1> held = Eigen::Array<bool, K, 1>::Constant(false);
    for (int round = 0; round < K; ++round) {
      double rest = 1, weights = 0;
      for (int i = 0; i < K; ++i) (held[i] ? rest : weights) += held[i] ? -least[i] : x[2 * i + 1];
      for (int i = 0; i < K; ++i) tau[i] = held[i] ? least[i] : x[2 * i + 1] * rest / weights;
      held = held || tau.array() < least.array();
    }
    return tau.cwiseMax(least);
  }
  //! [labels]

  //! [optional]
  static constexpr std::string_view name = "airtime";
  static void validate(const Condition& x) {
    for (int i = 0; i <= 2 * K; ++i) {
      if (!(x[i] > 0)) {
        throw gdm::Error(gdm::Errc::invalid_condition, "Airtime condition",
                         "element " + std::to_string(i) + " is " + gdm::to_text(x[i]), "Every number must be positive");
      }
    }
    if (const double share = promised(x).sum(); share > 0.999) {
      throw gdm::Error(gdm::Errc::infeasible, "Airtime condition",
                       "the promised throughput needs " + gdm::to_text(100 * share) + " % of the frame",
                       "Promise less: at most 99.9 %");
    }
  }
  static Solution baseline(const Condition& x) {
    const Solution least = promised(x);
    return (least.array() + (1 - least.sum()) / K).matrix();
  }
  static double bound(const Condition& x) { return objective(x, optimal(x)); }
  //! [optional]

  //! [network]
  // Two features of each terminal, side by side: its promised share, and its weight relative to the mean.
  using Features = gdm::Vector<2 * K>;
  static Features features(const Condition& x) {
    double weights = 0;
    for (int i = 0; i < K; ++i) weights += x[2 * i + 1];
    Features f;
    for (int i = 0; i < K; ++i) f.template segment<2>(2 * i) << K * x[2 * K] / x[2 * i], K * x[2 * i + 1] / weights;
    return f;
  }
  // What is sampled: how the airtime above the promises is shared, relative to equal parts.
  using Latent = gdm::Vector<K>;
  static Latent encode(const Condition& x, const Solution& tau) {
    const Solution least = promised(x);
    return (tau - least) * (K / (1 - least.sum()));
  }
  static Solution decode(const Condition& x, const Latent& z) {
    const Solution least = promised(x);
    return least + (1 - least.sum()) * gdm::project_simplex(z / K, 1.0);
  }
  // One token is one terminal: two numbers of Features, one of Latent.
  static constexpr gdm::TokenLayout tokens{.count = K, .features = 2, .latents = 1};
  using Denoiser = gdm::SetMlp<32, 3>;
  static constexpr gdm::TrainDefaults training{.epochs = 60, .batch_size = 128, .learning_rate = 4e-3};
  //! [network]
};

}  // namespace example
