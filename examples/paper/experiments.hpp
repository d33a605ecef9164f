// SPDX-License-Identifier: MIT
/// @file
/// @brief The experiments of Section IV and beyond, for any problem of the paper.
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include <gdm/analysis/bound.hpp>
#include <gdm/analysis/sample_size.hpp>
#include <gdm/problems/noma_uav/relaxation.hpp>
#include <gdm/problems/offloading/relaxation.hpp>
#include <gdm/problems/sum_rate/relaxation.hpp>

#include "bench.hpp"
#include "lab.hpp"

namespace paper {

template <class P>
class Experiments {
  using B = Bench<P>;
  using Planner = paper::Planner<P>;
  using Data = gdm::Dataset<P>;

 public:
  static void plan(const Settings& settings, const ProblemSetup<P>& setup, std::vector<Cell>& cells) {
    if (!settings.problems.empty() && !settings.problems.contains(setup.name)) return;
    for (std::size_t seed = 1; seed <= settings.seeds; ++seed) {
      Planner p{settings, setup, std::make_shared<B>(settings, setup, seed), cells, seed};
      trajectories(p);
      guidance(p);
      comparison(p);
      bound(p);
      best_of(p);
      shifted(p);
      unconditional(p);
      steps(p);
      terms(p);
      p.release();
    }
  }

 private:
  static double mean_gap(const Data& data, const Rows& y) { return gdm::evaluate_solutions(data, y).mean_gap; }

  /// How far samples of one instance are from each other: root mean variance over samples, latents and instances.
  static double spread(const AnyOptimizer& optimizer, const Data& data, double omega) {
    using Traits = gdm::ProblemTraits<P>;
    constexpr int samples = 16;
    const std::size_t n = std::min<std::size_t>(data.size(), 100);
    const Rows conditions = gdm::rows_of(data.conditions, 0, n);
    std::vector<typename Traits::Latent, Eigen::aligned_allocator<typename Traits::Latent>> sum(n,
                                                                                                Traits::Latent::Zero()),
        square = sum;
    for (int k = 0; k < samples; ++k) {
      const Rows y =
          optimizer.solve_batch(conditions, {.omega = omega, .seed = 90'000 + static_cast<std::uint64_t>(k) * n});
      for (std::size_t i = 0; i < n; ++i) {
        const typename Traits::Latent z = Traits::encode(data.condition(i), gdm::row_of<typename P::Solution>(y, i));
        sum[i] += z;
        square[i] += z.cwiseAbs2();
      }
    }
    double variance = 0;
    for (std::size_t i = 0; i < n; ++i)
      variance += (square[i] / samples - (sum[i] / samples).cwiseAbs2()).mean() / double(n);
    return std::sqrt(std::max(variance, 0.0));
  }

  // Fig. 8 to 10: objective along the 20 denoising steps, the first seed's models.
  static void trajectories(Planner& p) {
    if (p.setup.trajectory_figure.empty() || !p.wants(p.setup.trajectory_figure) || p.seed != 1) return;
    for (const std::string method : {"ours", "paper"})
      for (std::size_t k = 0; k < 5; ++k) {
        const double cost = method == "ours" ? p.training(p.bench->epochs()) : p.training(p.bench->paper_epochs());
        const std::string instance = std::string("x").append(std::to_string(k + 1));  // g++ 12 warns of "x" + text
        p.add("fig" + p.setup.trajectory_figure, method, instance, k == 0 ? cost : 0.01, [=](B& b) {
          const Data one = b.head(b.test(), 5);
          const auto x = one.condition(k);
          const Rows condition = gdm::rows_of(one.conditions, k, k + 1);
          const AnyOptimizer& optimizer = method == "ours" ? b.ddpm() : b.paper();
          Metrics metrics;
          for (const double objective : optimizer.trajectory(condition, k))
            metrics.emplace_back("step" + std::to_string(metrics.size()), objective);
          metrics.emplace_back("optimum", double(P::objective(x, one.solution(k))));
          return metrics;
        });
      }
  }

  // Fig. 4: guidance weight. Ours with the null condition learned, which is off by default.
  static void guidance(Planner& p) {
    if (!p.wants("4")) return;
    for (const std::string method : {"ours", "paper"})
      for (const double omega : p.settings.omegas) {
        const double train = p.training(method == "ours" ? p.bench->epochs() : p.bench->paper_epochs());
        p.add("fig4", method, short_text(omega), omega == 0 ? train : 0.05, [=](B& b) {
          const AnyOptimizer& optimizer = method == "ours" ? b.guided() : b.paper();
          return quality(b.test(), optimizer.solve_batch(b.test().conditions, {.omega = omega}));
        });
      }
  }

  // Fig. 11: everybody.
  static void comparison(Planner& p) {
    if (!p.wants("11")) return;
    const double train = p.training(p.bench->epochs()), longer = p.training(p.bench->paper_epochs());
    const auto one = [&](const std::string& method, double cost, const auto& solve) {
      p.add("fig11", method, "default", cost,
            [=](B& b) { return timed_quality(b, [&](const Rows& x) { return solve(b, x); }); });
    };
    one("ours", train, [](B& b, const Rows& x) { return b.ours().solve_batch(x); });
    one("ours best of 16", 0.5, [](B& b, const Rows& x) { return b.ours().solve_batch(x, {.samples = 16}); });
    one("ours: 20 steps", 0.2, [](B& b, const Rows& x) { return b.ddpm().solve_batch(x); });
    one("paper", p.wants("4") ? 0.1 : longer, [](B& b, const Rows& x) { return b.paper().solve_batch(x); });
    one("paper: omega 0", 0.1, [](B& b, const Rows& x) { return b.paper().solve_batch(x, {.omega = 0.0}); });
    one("reference code", longer, [](B& b, const Rows& x) { return b.reference().solve_batch(x); });
    one("MTFNN", train * 0.7, [](B& b, const Rows& x) { return b.mtfnn().solve_batch(x); });
    one("PPO", train, [](B& b, const Rows& x) { return b.ppo().solve_batch(x); });
    const auto descend = [&](const std::string& method, gdm::Descent how, bool short_run) {
      p.add("fig11", method, "default", 1.0, [=](B& b) {
        gdm::DescentOptions options = b.setup().descent;
        options.method = how;
        options.threads = 1;
        if (short_run) {
          options.starts = 1;
          options.steps = steps_in(b);
        }
        return timed_quality(b, [&](const Rows& x) { return gdm::GradientDescent<P>{}.solve_batch(x, options); });
      });
    };
    descend("GD Lagrangian", gdm::Descent::lagrangian, false);
    descend("GD projected", gdm::Descent::projected, false);
    descend("GD our time", gdm::Descent::projected, true);
    one("no network", 0.01, [](B&, const Rows& x) { return answers<P>(x, P::baseline); });
    one("trivial", 0.01, [](B&, const Rows& x) { return answers<P>(x, trivial_answer<P>); });
  }
  /// Projected gradient steps from one start that take as long as one sample of ours.
  static std::size_t steps_in(B& b) {
    const Data few = b.head(b.test(), 200);
    const auto descend = [&](std::size_t steps) {
      return processor_seconds([&] {
        return gdm::GradientDescent<P>{}.solve_batch(
            few.conditions, {.method = gdm::Descent::projected, .starts = 1, .steps = steps, .threads = 1});
      });
    };
    const double ours = processor_seconds([&] { return b.ours().solve_batch(few.conditions); });
    const double per_step = (descend(101) - descend(1)) / 100;
    return static_cast<std::size_t>(std::clamp((ours - descend(1)) / std::max(per_step, 1e-9), 0.0, 1000.0)) + 1;
  }

  // Section III-A.
  static void bound(Planner& p) {
    if (!p.wants("bound")) return;
    for (const double sigma : p.settings.sigmas)
      p.add("bound", "ours against MTFNN", short_text(sigma), 0.1, [=](B& b) {
        const gdm::BoundReport r = gdm::evaluate_bound(gdm::measure_bound(b.test(), b.mtfnn(), b.ours()), sigma);
        Metrics m;
        const auto put = [&](const std::string& name, const gdm::Estimate& e) {
          m.emplace_back(name, e.value);
          m.emplace_back(name + "_low", e.low);
          m.emplace_back(name + "_high", e.high);
        };
        put("e", r.error);
        put("p", r.p);
        put("p_i", r.p_inside);
        put("p_o", r.p_outside);
        put("p_sampled", r.p_sampled);
        put("E_discriminative", r.discriminative.left);
        put("E_generative", r.generative.left);
        put("E_difference", r.measured_advantage);
        m.emplace_back("right_eq3", r.discriminative.right);
        m.emplace_back("right_eq6", r.generative.right);
        m.emplace_back("right_eq6_own", r.generative_own.right);
        m.emplace_back("eq7", r.advantage);
        m.emplace_back("eq3_respected", r.discriminative.respected);
        m.emplace_back("eq6_respected", r.generative.respected);
        m.emplace_back("eq6_own_respected", r.generative_own.respected);
        return m;
      });
    for (const double factor : {1.001, 1.01})
      p.add("bound", "samples needed", short_text(factor), 2, [=](B& b) {
        const Data few = b.head(b.test(), 500);
        constexpr std::size_t tried = 32;
        const auto first = gdm::first_good_samples(few, b.ours(), factor, tried, 40'000);
        const gdm::SampleSize s = gdm::sample_size(first, tried, factor, 0.02);
        return Metrics{
            {"N", double(s.samples)}, {"share", s.share}, {"lower", s.lower}, {"instances", double(s.instances)}};
      });
  }

  // Best of N.
  static void best_of(Planner& p) {
    if (!p.wants("best_of_n")) return;
    p.add("best_of_n", "ours", "all", 8, [most = p.settings.best_of.back(), counts = p.settings.best_of](B& b) {
      const Data few = b.head(b.test(), 200);
      std::vector<double> best(few.size());
      Metrics metrics;
      for (std::size_t k = 0; k < most; ++k) {
        const Rows y = b.ours().solve_batch(few.conditions, {.seed = 200'000 + k * few.size()});
        for (std::size_t i = 0; i < few.size(); ++i) {
          const auto x = few.condition(i);
          const double gap =
              gdm::ProblemTraits<P>::gap(double(P::objective(x, gdm::row_of<typename P::Solution>(y, i))),
                                         double(P::objective(x, few.solution(i))));
          best[i] = k == 0 ? gap : std::min(best[i], gap);
        }
        if (std::find(counts.begin(), counts.end(), k + 1) == counts.end()) continue;
        double mean = 0;
        for (const double gap : best) mean += gap / double(best.size());
        metrics.emplace_back("mean" + std::to_string(k + 1), mean);
        metrics.emplace_back("worst" + std::to_string(k + 1), *std::max_element(best.begin(), best.end()));
      }
      return metrics;
    });
  }

  // Conditions unlike those of the training.
  static void shifted(Planner& p) {
    if (!p.wants("ood")) return;
    for (const Shift<P>& shift : p.setup.shifts)
      for (const std::string method : {"ours", "paper", "MTFNN", "no network", "trivial"})
        p.add("ood", method, shift.name, 0.1, [=](B& b) {
          const std::size_t n = std::min<std::size_t>(b.test().size(), 300);
          Data data = rows<P>(gdm::rows_of(b.test().conditions, 0, n), gdm::rows_of(b.test().solutions, 0, n));
          for (std::size_t i = 0; i < n; ++i) {
            typename P::Condition x = data.condition(i);
            shift.apply(x);
            gdm::set_row(data.conditions, i, x);
            gdm::set_row(data.solutions, i, typename P::Solution(P::optimal(x)));
          }
          if (method == "ours") return quality(data, b.ours().solve_batch(data.conditions));
          if (method == "paper") return quality(data, b.paper().solve_batch(data.conditions));
          if (method == "MTFNN") return quality(data, b.mtfnn().solve_batch(data.conditions));
          return quality(data, answers<P>(data.conditions, method == "no network" ? P::baseline : trivial_answer<P>));
        });
  }

  // Fig. 6 and 7: probability of unconditional rows.
  static void unconditional(Planner& p) {
    if (!p.wants("6") && !p.wants("7")) return;
    for (const double share : p.settings.p_unconds)
      for (const std::string method : {"ours", "paper"})
        p.add("fig6", method, short_text(share), p.training(p.settings.sweep_epochs), [=](B& b) {
          Model optimizer = method == "ours" ? make<P, Kind::ours>() : make<P, Kind::paper>();
          const double final_loss = b.learn(*optimizer, share);
          Metrics m;
          for (const double omega : {0.0, method == "ours" ? 1.0 : 500.0}) {
            if (omega > 0 && share == 0) continue;  // the null condition was never seen
            const Metrics q = quality(b.test(), optimizer->solve_batch(b.test().conditions, {.omega = omega}));
            const std::string suffix = omega == 0 ? "" : "_guided";
            m.emplace_back("exceed_ratio" + suffix, q[0].second);
            m.emplace_back("mean_gap" + suffix, q[1].second);
            m.emplace_back("spread" + suffix, spread(*optimizer, b.test(), omega));
          }
          m.emplace_back("final_loss", final_loss);
          return m;
        });
  }

  // Fig. 5 and the samplers' steps.
  static void steps(Planner& p) {
    if (!p.wants("5") && !p.wants("steps")) return;
    const std::vector<int> all = p.wants("5") ? p.settings.steps : std::vector<int>{20};
    for (const int T : all) {
      const bool samplers = T == 20 && p.wants("steps");
      p.add("fig5", "ours", std::to_string(T), p.training(p.settings.sweep_epochs) * 1.4, [=](B& b) {
        Lab::encoding = Encoding::none;
        Lab::sampler = SamplerKind::ddpm;
        Lab::T = T;
        Model optimizer = make_lab<P>();
        const double final_loss = b.learn(*optimizer);
        Metrics m = quality(b.test(), optimizer->solve_batch(b.test().conditions));
        m.emplace_back("final_loss", final_loss);
        if (samplers) fewer_steps(b, *optimizer, m);
        return m;
      });
    }
  }
  /// The same weights under DDIM and DPM-Solver with fewer updates.
  static void fewer_steps(B& b, const AnyOptimizer& optimizer, Metrics& m) {
    const auto path = b.settings().out / "models" / (b.setup().name + "-steps.safetensors");
    std::filesystem::create_directories(path.parent_path());
    optimizer.save(path);
    for (const auto& [kind, name] : {std::pair(SamplerKind::ddim, "ddim"), std::pair(SamplerKind::noisy_ddim, "noisy"),
                                     std::pair(SamplerKind::dpm, "dpm")})
      for (const int count : b.settings().few_steps) {
        Lab::sampler = kind;
        Lab::updates = count;
        Model loaded = make_lab<P>();
        loaded->load(path);
        m.emplace_back(std::string(name) + std::to_string(count),
                       mean_gap(b.test(), loaded->solve_batch(b.test().conditions)));
      }
    Lab::sampler = SamplerKind::ddpm;
    Lab::updates = 0;
  }

  // Fig. 3: objective and constraint terms in the condition.
  static void terms(Planner& p) {
    if (!p.wants("3")) return;
    for (const Encoding encoding : encodings)
      p.add("fig3", "ours", name_of(encoding), p.training(p.settings.sweep_epochs) * 2, [=](B& b) {
        Lab::T = 20;
        Lab::sampler = SamplerKind::ddpm;
        Lab::encoding = encoding;
        Model optimizer = make_lab<P>();
        const double final_loss = b.learn(*optimizer);
        Metrics m = quality(b.test(), optimizer->solve_batch(b.test().conditions));
        m.emplace_back("final_loss", final_loss);
        Lab::encoding = Encoding::none;
        return m;
      });
  }
};

}  // namespace paper
