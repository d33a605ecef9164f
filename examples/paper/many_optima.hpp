// SPDX-License-Identifier: MIT
/// @file
/// @brief Fig. 11 and Fig. 3 on problems with many optima, which the paper does not have: beamforming, power control.
///
/// Network and training are smaller than those of the front picture (the target `pareto`).
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include <gdm/nn/graph_mlp.hpp>
#include <gdm/optim/train_defaults.hpp>
#include <gdm/problems/beamforming/defaults.hpp>
#include <gdm/problems/power_control/defaults.hpp>

#include "../support/wmmse.hpp"
#include "bench.hpp"
#include "lab.hpp"

namespace paper {

/// Eight antennas, eight users, 10 dB.
struct Beams : gdm::Beamforming<8, 8> {
  using Denoiser = gdm::GraphMlp<16, 3>;
  static constexpr gdm::TrainDefaults training{.epochs = 100, .batch_size = 128, .learning_rate = 3e-3};

  static Solution trivial(const Condition& x) {
    const gdm::Channels<8, 8> cell(x);
    return gdm::to_solution(cell, gdm::rzf(cell));
  }
  static Solution wmmse(const Condition& x, int starts) { return example::wmmse_beams(gdm::Channels<8, 8>(x), starts); }

  /// Of each user, at what a noisy latent decodes to: SINR, interference and noise, power, and the price that WMMSE's
  /// next step would set.
  static gdm::Vector<32> seen(const Condition& x, const Solution& y, const Context& shared) {
    const gdm::BeamReception<8> at = gdm::reception(shared.cell, y, true);
    const Latent z = encode(x, y, shared);
    gdm::Vector<32> f = gdm::Vector<32>::Zero();
    for (int k = 0; k < shared.cell.users; ++k) {
      const int user = shared.cell.user[static_cast<std::size_t>(k)];
      f.segment<4>(4 * user) << 0.5 * std::log1p(at.at.wanted[k] / at.at.unwanted[k]),
          0.5 * std::log(at.at.unwanted[k] + 1e-12), z[2 * user], z[2 * user + 1];
    }
    return f;
  }
};

/// Ten links, 10 dB.
struct Links : gdm::PowerControl<10> {
  using Denoiser = gdm::GraphMlp<16, 3>;
  static constexpr gdm::TrainDefaults training{.epochs = 60, .batch_size = 128, .learning_rate = 3e-3};

  static Solution trivial(const Condition& x) { return x.tail<10>(); }
  static Solution wmmse(const Condition& x, int starts) { return example::wmmse_powers<10>(x, starts); }

  /// Of each link, at what a noisy latent decodes to: log(1 + SINR), interference and noise, WMMSE's multiplier, what more
  /// power would cost the others and what it would bring the link itself.
  static gdm::Vector<50> seen(const Condition&, const Solution& y, const Context& channel) {
    const auto s = channel.shares(y);
    const gdm::WmmseStep<10> step(channel, s);
    gdm::Vector<50> f = gdm::Vector<50>::Zero();
    for (int i = 0; i < channel.present; ++i) {
      double noise = 1.0;
      for (int j = 0; j < channel.present; ++j) noise += j == i ? 0.0 : channel.gain(i, j) * s[j];
      const double signal = channel.own[i] * s[i], worth = channel.worth[i] / noise;
      const double cost = worth / step.multiplier[i] - worth * signal / (noise + signal);
      f.segment<5>(5 * channel.link[static_cast<std::size_t>(i)]) << 0.5 * std::log1p(signal / noise),
          0.5 * std::log(noise), 0.5 * std::log(std::clamp(step.multiplier[i], 1e-4, 1e4)),
          0.5 * std::log1p(std::clamp(cost, 0.0, 1e13)), 0.5 * std::log1p(worth * noise / (noise + signal));
    }
    return f;
  }
};

/// Problem P with inputs at every step that `Lab::encoding` chooses: none (zeros in their place), the paper's two
/// numbers (the same for every token), or what each token sees.
template <class P>
struct Seeing : P {
  using typename P::Condition, typename P::Solution, typename P::Context, typename P::Latent;
  using StepFeatures = decltype(P::seen(std::declval<Condition>(), std::declval<Solution>(), std::declval<Context>()));
  static constexpr int count = P::tokens.count, per_token = StepFeatures::RowsAtCompileTime / count;
  static constexpr gdm::TokenLayout tokens = [] {
    gdm::TokenLayout layout = P::tokens;
    layout.step_features = per_token;
    return layout;
  }();

  static StepFeatures step_features(const Condition& x, const Latent& z, const Context& shared) {
    StepFeatures f = StepFeatures::Zero();
    if (Lab::encoding == Encoding::none) return f;
    const Solution y = P::decode(x, z, shared);
    if (Lab::encoding == Encoding::tokens) return P::seen(x, y, shared).cwiseMax(-4.0).cwiseMin(4.0);
    // Relative to the trivial answer's objective, and how much of the latent decoding had to repair.
    const double gap = gdm::relative_gap(P::sense, P::objective(x, y, shared), P::objective(x, P::trivial(x), shared));
    const double repaired = std::sqrt((z - P::encode(x, y)).squaredNorm() / static_cast<double>(z.size()));
    for (int i = 0; i < count; ++i) {
      f[i * per_token] = std::clamp(2 * gap, -3.0, 3.0);
      f[i * per_token + 1] = std::min(repaired, 3.0);
    }
    return f;
  }
};

template <class P>
class ManyOptima {
  using B = Bench<P>;

 public:
  static void plan(const Settings& settings, const ProblemSetup<P>& setup, std::vector<Cell>& cells) {
    if (!settings.problems.empty() && !settings.problems.contains(setup.name)) return;
    for (std::size_t seed = 1; seed <= settings.seeds; ++seed) {
      Planner<P> p{settings, setup, std::make_shared<B>(settings, setup, seed), cells, seed};
      comparison(p);
      terms(p);
      p.release();
    }
  }

 private:
  static void comparison(Planner<P>& p) {
    if (!p.wants("11")) return;
    const double train = p.training(p.bench->epochs()), longer = p.training(p.bench->paper_epochs());
    const auto one = [&](const std::string& method, double cost, const auto& solve) {
      p.add("fig11", method, "default", cost,
            [=](B& b) { return timed_quality(b, [&](const Rows& x) { return solve(b, x); }); });
    };
    one("ours", train, [](B& b, const Rows& x) { return b.ours().solve_batch(x); });
    one("ours best of 16", 0.5, [](B& b, const Rows& x) { return b.ours().solve_batch(x, {.samples = 16}); });
    one("ours best of 16: 3 steps", 1.0,
        [](B& b, const Rows& x) { return b.ours().solve_batch(x, {.samples = 16, .refine = 3}); });
    one("paper", longer, [](B& b, const Rows& x) { return b.paper().solve_batch(x); });
    one("paper: omega 0", 0.1, [](B& b, const Rows& x) { return b.paper().solve_batch(x, {.omega = 0.0}); });
    one("MTFNN", train * 0.7, [](B& b, const Rows& x) { return b.mtfnn().solve_batch(x); });
    one("MTFNN: 3 steps", 0.1, [](B& b, const Rows& x) { return refined(x, b.mtfnn().solve_batch(x), 3); });
    one("PPO", train, [](B& b, const Rows& x) { return b.ppo().solve_batch(x); });
    for (const int starts : {1, 10})
      one(starts == 1 ? "WMMSE" : "WMMSE: 10 starts", 0.5, [starts](B&, const Rows& x) {
        return answers<P>(x, [starts](const typename P::Condition& c) { return P::wmmse(c, starts); });
      });
    one("no network", 0.01, [](B&, const Rows& x) { return answers<P>(x, P::baseline); });
    one("trivial", 0.01, [](B&, const Rows& x) { return answers<P>(x, P::trivial); });
  }
  static Rows refined(const Rows& conditions, Rows y, int steps) {
    for (std::size_t i = 0; i < conditions.shape(0); ++i) {
      const auto x = gdm::row_of<typename P::Condition>(conditions, i);
      auto solution = gdm::row_of<typename P::Solution>(y, i);
      for (int k = 0; k < steps; ++k) solution = P::refine(x, solution);
      gdm::set_row(y, i, solution);
    }
    return y;
  }

  // Fig. 3 anew: values of the noisy solution as inputs of the network at every step.
  static void terms(Planner<P>& p) {
    if (!p.wants("3")) return;
    for (const Encoding encoding : {Encoding::none, Encoding::numbers, Encoding::tokens})
      p.add("fig3", "ours", name_of(encoding), p.training(p.bench->epochs()) * 1.3, [=](B& b) {
        Lab::encoding = encoding;
        Model optimizer = make<Seeing<P>, Kind::ours>();
        const double final_loss =
            optimizer->train(b.train().conditions, b.train().solutions,
                             {.epochs = b.epochs(), .seed = b.seed(), .threads = b.settings().threads});
        Metrics m = quality(b.test(), optimizer->solve_batch(b.test().conditions));
        const Rows best = optimizer->solve_batch(b.test().conditions, {.samples = 16});
        m.emplace_back("mean_gap_best_of_16", gdm::evaluate_solutions(b.test(), best).mean_gap);
        m.emplace_back("final_loss", final_loss);
        Lab::encoding = Encoding::none;
        return m;
      });
  }
};

}  // namespace paper
