// SPDX-License-Identifier: MIT
/// @file
/// @brief The experiments of Section IV and beyond, for any problem.
#pragma once

#include <chrono>
#include <cmath>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gdm/analysis/bound.hpp>
#include <gdm/analysis/evaluation.hpp>
#include <gdm/analysis/sample_size.hpp>
#include <gdm/baseline/gradient_descent.hpp>
#include <gdm/baseline/ppo.hpp>
#include <gdm/baseline/regression.hpp>
#include <gdm/problems/noma_uav/relaxation.hpp>
#include <gdm/problems/offloading/relaxation.hpp>
#include <gdm/problems/sum_rate/relaxation.hpp>

#include "lab.hpp"
#include "plan.hpp"

namespace paper {

/// A number as it stands in a setting: 0.5, 20, 1.0001.
inline std::string short_text(double value) { return gdm::to_text(value); }

/// A change of the distribution of instances.
template <class P>
struct Shift {
  std::string name;
  void (*apply)(typename P::Condition&);
};

/// Conditions and labels as rows of problem Q.
template <class Q>
gdm::Dataset<Q> rows(xt::xtensor<double, 2> conditions, xt::xtensor<double, 2> solutions) {
  return {.conditions = std::move(conditions), .solutions = std::move(solutions), .weights = {}};
}

/// The problem as the paper samples it: every number of the solution, without completion by closed forms.
template <class P>
struct AsInPaper {
  using type = P;
};
template <int K>
struct AsInPaper<gdm::ComputationOffloading<K>> {
  using type = gdm::ComputationOffloading<K, gdm::NoCompletion>;
};
template <int K, class Units>
struct AsInPaper<gdm::NomaUav<K, Units>> {
  using type = gdm::NomaUav<K, Units, gdm::NoCompletion>;
};

/// What differs between the problems.
template <class P>
struct ProblemSetup {
  std::string name;
  std::size_t rows;  ///< training rows of the paper
  double row_cost;   ///< seconds of training per million rows and epochs, roughly
  gdm::DescentOptions descent;
  gdm::PpoOptions ppo;
  std::string trajectory_figure;
  std::vector<Shift<P>> shifts;
};

/// The data and models of one seed, made when they are first asked for.
template <class P>
class Bench {
 public:
  using Ours = gdm::GdmOptimizer<P>;
  using PaperProblem = typename AsInPaper<P>::type;
  using Paper = gdm::GdmOptimizer<PaperProblem, gdm::PaperPolicies>;
  using Reference = gdm::GdmOptimizer<PaperProblem, gdm::ReferencePolicies>;

  Bench(const Settings& settings, ProblemSetup<P> setup, std::size_t seed)
      : settings_(settings), setup_(std::move(setup)), seed_(seed) {}

  [[nodiscard]] std::size_t row_count() const {
    return std::max<std::size_t>(64, static_cast<std::size_t>(settings_.rows * static_cast<double>(setup_.rows)));
  }
  const gdm::Dataset<P>& train() {
    if (!train_) train_ = gdm::generate<P>(row_count(), 1000 + seed_, settings_.threads);
    return *train_;
  }
  const gdm::Dataset<P>& test() {
    if (!test_) test_ = gdm::generate<P>(settings_.tests, 5000 + seed_, settings_.threads);
    return *test_;
  }
  /// A small training set and test set of the sweeps are the large ones' first rows.
  gdm::Dataset<P> head(const gdm::Dataset<P>& data, std::size_t n) const {
    n = std::min(n, data.size());
    return rows<P>(gdm::rows_of(data.conditions, 0, n), gdm::rows_of(data.solutions, 0, n));
  }
  const Ours& ours() { return trained<P>(ours_, "ours"); }
  const Paper& paper() { return trained<PaperProblem>(paper_, "paper"); }
  const Reference& reference() { return trained<PaperProblem>(reference_, "reference"); }
  const gdm::Mtfnn<P>& mtfnn() {
    if (!mtfnn_) {
      mtfnn_.emplace();
      mtfnn_->train(train(), {.epochs = epochs<gdm::Mtfnn<P>>(), .seed = seed_, .threads = settings_.threads});
    }
    return *mtfnn_;
  }
  const gdm::Ppo<P>& ppo() {
    if (!ppo_) {
      ppo_.emplace();
      ppo_->train(train(),
                  {.epochs = epochs<Ours>(), .learning_rate = 1e-3, .seed = seed_, .threads = settings_.threads},
                  setup_.ppo);
    }
    return *ppo_;
  }
  /// Epochs that a model is trained for.
  template <class Model>
  [[nodiscard]] std::size_t epochs() const {
    return settings_.epochs == 0 ? typename Model::TrainOptions{}.epochs : settings_.epochs;
  }
  [[nodiscard]] const ProblemSetup<P>& setup() const { return setup_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] std::size_t seed() const { return seed_; }

  /// Forgets everything: the next seed's data need the room.
  void clear() {
    train_.reset();
    test_.reset();
    ours_.reset();
    paper_.reset();
    reference_.reset();
    mtfnn_.reset();
    ppo_.reset();
  }

 private:
  /// Trained models are kept on disk, so that single figures need not train them anew.
  template <class Q, class Optimizer>
  const Optimizer& trained(std::optional<Optimizer>& slot, const std::string& method) {
    if (slot) return *slot;
    slot.emplace();
    const auto path = settings_.out / "models" /
                      (setup_.name + "-" + method + "-" + std::to_string(seed_) + "-" + std::to_string(row_count()) +
                       "x" + std::to_string(epochs<Optimizer>()) + ".safetensors");
    if (std::filesystem::exists(path)) {
      *slot = Optimizer::load(path);
    } else {
      slot->train(rows<Q>(train().conditions, train().solutions),
                  {.epochs = epochs<Optimizer>(), .seed = seed_, .threads = settings_.threads});
      std::filesystem::create_directories(path.parent_path());
      slot->save(path);
    }
    return *slot;
  }

  Settings settings_;
  ProblemSetup<P> setup_;
  std::size_t seed_;
  std::optional<gdm::Dataset<P>> train_, test_;
  std::optional<Ours> ours_;
  std::optional<Paper> paper_;
  std::optional<Reference> reference_;
  std::optional<gdm::Mtfnn<P>> mtfnn_;
  std::optional<gdm::Ppo<P>> ppo_;
};

template <class P>
class Experiments {
  using B = Bench<P>;
  using Solutions = xt::xtensor<double, 2>;
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
  struct Planner {
    const Settings& settings;
    const ProblemSetup<P>& setup;
    std::shared_ptr<B> bench;
    std::vector<Cell>& cells;
    std::size_t seed;

    [[nodiscard]] bool wants(const std::string& figure) const { return settings.figures.contains(figure); }
    template <class Model = typename B::Ours>
    [[nodiscard]] double compared() const {
      return training(bench->template epochs<Model>());
    }
    [[nodiscard]] double training(std::size_t epochs) const {
      return settings.rows * static_cast<double>(setup.rows * epochs) * 1e-6 * setup.row_cost;
    }
    template <class F>
    void add(const std::string& figure, const std::string& method, const std::string& setting, double cost,
             const F& f) {
      cells.push_back({{figure, setup.name, method, setting, seed}, cost, [b = bench, f] {
                         const auto start = std::chrono::steady_clock::now();
                         Metrics metrics = f(*b);
                         const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
                         metrics.emplace_back("seconds", took.count());
                         return metrics;
                       }});
    }
    /// Frees the seed's memory after its last cell.
    void release() {
      if (cells.empty()) return;
      cells.back().run = [b = bench, last = cells.back().run] {
        Metrics metrics = last();
        b->clear();
        return metrics;
      };
    }
  };

  static Metrics quality(const Data& data, const Solutions& y) {
    const gdm::Evaluation e = gdm::evaluate_solutions(data, y);
    double optimal = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
      const auto x = data.condition(i);
      const double value = double(P::objective(x, gdm::row_of<typename P::Solution>(y, i)));
      optimal += gdm::ProblemTraits<P>::gap(value, double(P::objective(x, data.solution(i)))) <= 1e-6 ? 1 : 0;
    }
    return {{"exceed_ratio", e.exceed_ratio},
            {"mean_gap", e.mean_gap},
            {"median_gap", e.median_gap},
            {"p99_gap", e.p99_gap},
            {"worst_gap", e.worst_gap},
            {"feasible", e.feasible_fraction},
            {"optimal_share", optimal / double(data.size())}};
  }
  /// Processor time, which other programs on the machine do not change, in seconds a call.
  template <class Solve>
  static double processor_seconds(const Solve& solve) {
    const auto now = [] { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; };
    (void)solve();  // buffers and caches
    const double start = now();
    int calls = 0;
    for (; calls == 0 || (now() - start < 0.02 && calls < 1000); ++calls) (void)solve();
    return (now() - start) / calls;
  }
  /// Quality of `solve`, which makes answers of conditions, and its time on some of them.
  template <class Solve>
  static Metrics timed_quality(B& b, const Solve& solve) {
    const Data few = b.head(b.test(), 200);
    const double seconds = processor_seconds([&] { return solve(few.conditions); });
    Metrics metrics = quality(b.test(), solve(b.test().conditions));
    metrics.emplace_back("us_per_solve", seconds * 1e6 / double(few.size()));
    return metrics;
  }
  static double mean_gap(const Data& data, const Solutions& y) { return gdm::evaluate_solutions(data, y).mean_gap; }

  /// How far samples of one instance are from each other: root mean variance over samples, latents and instances.
  template <class Optimizer>
  static double spread(const Optimizer& optimizer, const Data& data, double omega) {
    using Traits = gdm::ProblemTraits<P>;
    constexpr int samples = 16;
    const std::size_t n = std::min<std::size_t>(data.size(), 100);
    const Solutions conditions = gdm::rows_of(data.conditions, 0, n);
    std::vector<typename Traits::Latent, Eigen::aligned_allocator<typename Traits::Latent>> sum(n,
                                                                                                Traits::Latent::Zero()),
        square = sum;
    for (int k = 0; k < samples; ++k) {
      const Solutions y = optimizer.solve_batch(
          conditions, {.omega = omega, .seed = 90'000 + static_cast<std::uint64_t>(k) * n, .threads = 1});
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

  // Fig. 8 to 10: objective along the denoising steps, the first seed's models.
  static void trajectories(Planner& p) {
    if (p.setup.trajectory_figure.empty() || !p.wants(p.setup.trajectory_figure) || p.seed != 1) return;
    for (const std::string method : {"ours", "paper"})
      for (std::size_t k = 0; k < 5; ++k)
        p.add("fig" + p.setup.trajectory_figure, method, "x" + std::to_string(k + 1), k == 0 ? p.compared() : 0.01,
              [=](B& b) {
                const auto x = b.test().condition(k % b.test().size());
                const xt::xtensor<double, 1> objective = method == "ours"
                                                             ? b.ours().trajectory(x, {.seed = k}).objective
                                                             : b.paper().trajectory(x, {.seed = k}).objective;
                Metrics metrics;
                for (std::size_t s = 0; s < objective.size(); ++s)
                  metrics.emplace_back("step" + std::to_string(s), objective(s));
                metrics.emplace_back("optimum", double(P::objective(x, P::optimal(x))));
                return metrics;
              });
  }

  // Fig. 4: guidance weight.
  static void guidance(Planner& p) {
    if (!p.wants("4")) return;
    for (const double omega : p.settings.omegas) {
      p.add("fig4", "ours", short_text(omega), omega == 0 ? p.compared() : 0.05, [=](B& b) {
        return quality(b.test(), b.ours().solve_batch(b.test().conditions, {.omega = omega, .threads = 1}));
      });
      p.add("fig4", "paper", short_text(omega), omega == 0 ? p.template compared<typename B::Paper>() : 0.05,
            [=](B& b) {
              return quality(b.test(), b.paper().solve_batch(b.test().conditions, {.omega = omega, .threads = 1}));
            });
    }
  }

  // Fig. 11: everybody.
  static void comparison(Planner& p) {
    if (!p.wants("11")) return;
    const double train = p.compared();
    const auto one = [&](const std::string& method, double cost, const auto& solve) {
      p.add("fig11", method, "default", cost,
            [=](B& b) { return timed_quality(b, [&](const Solutions& x) { return solve(b, x); }); });
    };
    one("ours", 0.1 + (p.wants("4") ? 0.0 : train),
        [](B& b, const Solutions& x) { return b.ours().solve_batch(x, {.threads = 1}); });
    one("ours best of 16", 1.0,
        [](B& b, const Solutions& x) { return b.ours().solve_batch(x, {.samples = 16, .threads = 1}); });
    one("paper", 0.1 + (p.wants("4") ? 0.0 : p.template compared<typename B::Paper>()),
        [](B& b, const Solutions& x) { return b.paper().solve_batch(x, {.threads = 1}); });
    one("reference code", p.template compared<typename B::Reference>(),
        [](B& b, const Solutions& x) { return b.reference().solve_batch(x, {.threads = 1}); });
    one("MTFNN", train * 0.7, [](B& b, const Solutions& x) { return b.mtfnn().solve_batch(x, {.threads = 1}); });
    one("PPO", train, [](B& b, const Solutions& x) { return b.ppo().solve_batch(x, {.threads = 1}); });
    const auto descend = [&](const std::string& method, gdm::Descent how, bool short_run) {
      p.add("fig11", method, "default", 1.0, [=](B& b) {
        gdm::DescentOptions options = b.setup().descent;
        options.method = how;
        options.threads = 1;
        if (short_run) {
          options.starts = 1;
          options.steps = steps_in(b);
        }
        return timed_quality(b, [&](const Solutions& x) { return gdm::GradientDescent<P>{}.solve_batch(x, options); });
      });
    };
    descend("GD Lagrangian", gdm::Descent::lagrangian, false);
    descend("GD projected", gdm::Descent::projected, false);
    descend("GD our time", gdm::Descent::projected, true);
    one("no network", 0.01, [](B&, const Solutions& x) { return answers(x, P::baseline); });
    one("trivial", 0.01, [](B&, const Solutions& x) { return answers(x, trivial_answer<P>); });
  }
  /// What a function of the condition answers, row by row.
  static Solutions answers(const Solutions& conditions, typename P::Solution (*answer)(const typename P::Condition&)) {
    Solutions y;
    y.resize({conditions.shape(0), std::size_t(gdm::ProblemTraits<P>::solution_size)});
    for (std::size_t i = 0; i < conditions.shape(0); ++i)
      gdm::set_row(y, i, answer(gdm::row_of<typename P::Condition>(conditions, i)));
    return y;
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
    const double ours = processor_seconds([&] { return b.ours().solve_batch(few.conditions, {.threads = 1}); });
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
        const Solutions y = b.ours().solve_batch(few.conditions, {.seed = 200'000 + k * few.size(), .threads = 1});
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
          if (method == "ours") return quality(data, b.ours().solve_batch(data.conditions, {.threads = 1}));
          if (method == "paper") return quality(data, b.paper().solve_batch(data.conditions, {.threads = 1}));
          if (method == "MTFNN") return quality(data, b.mtfnn().solve_batch(data.conditions, {.threads = 1}));
          return quality(data, answers(data.conditions, method == "no network" ? P::baseline : trivial_answer<P>));
        });
  }

  // Fig. 6 and 7: probability of unconditional rows.
  static void unconditional(Planner& p) {
    if (!p.wants("6") && !p.wants("7")) return;
    for (const double share : p.settings.p_unconds) {
      p.add("fig6", "ours", short_text(share), p.training(p.settings.sweep_epochs),
            [=](B& b) { return swept<P, typename B::Ours>(b, share, 1); });
      p.add("fig6", "paper", short_text(share), p.training(p.settings.sweep_epochs),
            [=](B& b) { return swept<typename B::PaperProblem, typename B::Paper>(b, share, 500); });
    }
  }
  template <class Q, class Optimizer>
  static Metrics swept(B& b, double p_uncond, double guided) {
    Optimizer optimizer;
    const auto report = optimizer.train(
        rows<Q>(b.train().conditions, b.train().solutions),
        {.epochs = b.settings().sweep_epochs, .p_uncond = p_uncond, .seed = b.seed(), .threads = b.settings().threads});
    Metrics m;
    for (const double omega : {0.0, guided}) {
      const Metrics q = quality(b.test(), optimizer.solve_batch(b.test().conditions, {.omega = omega, .threads = 1}));
      const std::string suffix = omega == 0 ? "" : "_guided";
      m.emplace_back("exceed_ratio" + suffix, q[0].second);
      m.emplace_back("mean_gap" + suffix, q[1].second);
      m.emplace_back("spread" + suffix, spread(optimizer, b.test(), omega));
    }
    m.emplace_back("final_loss", report.final_loss);
    return m;
  }

  // Fig. 5 and the samplers' steps.
  static void steps(Planner& p) {
    if (!p.wants("5") && !p.wants("steps")) return;
    const std::vector<int> all = p.wants("5") ? p.settings.steps : std::vector<int>{20};
    for (const int T : all) {
      const bool samplers = T == 20 && p.wants("steps");
      p.add("fig5", "ours", std::to_string(T), p.training(p.settings.sweep_epochs) * 1.4, [=](B& b) {
        const auto data = wrapped(b.train());
        const auto test = wrapped(b.test());
        Lab::encoding = Encoding::none;
        Lab::sampler = SamplerKind::ddpm;
        Lab::T = T;
        LabOptimizer<P> optimizer;
        const auto report = optimizer.train(
            data, {.epochs = b.settings().sweep_epochs, .seed = b.seed(), .threads = b.settings().threads});
        Metrics m = quality(b.test(), optimizer.solve_batch(test.conditions, {.threads = 1}));
        m.emplace_back("final_loss", report.final_loss);
        if (samplers) fewer_steps(b, optimizer, test.conditions, m);
        return m;
      });
    }
  }
  /// The same weights under DDIM and DPM-Solver with fewer updates.
  static void fewer_steps(B& b, const LabOptimizer<P>& optimizer, const Solutions& conditions, Metrics& m) {
    const auto path = b.settings().out / "models" / (b.setup().name + "-steps.safetensors");
    std::filesystem::create_directories(path.parent_path());
    optimizer.save(path);
    for (const auto& [kind, name] : {std::pair(SamplerKind::ddim, "ddim"), std::pair(SamplerKind::dpm, "dpm")})
      for (const int count : b.settings().few_steps) {
        Lab::sampler = kind;
        Lab::updates = count;
        const auto loaded = LabOptimizer<P>::load(path);
        m.emplace_back(std::string(name) + std::to_string(count),
                       mean_gap(b.test(), loaded.solve_batch(conditions, {.threads = 1})));
      }
    Lab::sampler = SamplerKind::ddpm;
    Lab::updates = 0;
  }
  static gdm::Dataset<WithCondition<P>> wrapped(const Data& data) {
    return rows<WithCondition<P>>(data.conditions, data.solutions);
  }

  // Fig. 3: objective and constraint terms in the condition.
  static void terms(Planner& p) {
    if (!p.wants("3")) return;
    for (const Encoding encoding : encodings)
      p.add("fig3", "ours", name_of(encoding), p.training(p.settings.sweep_epochs) * 2, [=](B& b) {
        const auto data = wrapped(b.train());
        Lab::T = 20;
        Lab::sampler = SamplerKind::ddpm;
        Lab::encoding = encoding;
        ValueTerms<P>::prepare(data);
        LabOptimizer<P> optimizer;
        const auto report = optimizer.train(
            data, {.epochs = b.settings().sweep_epochs, .seed = b.seed(), .threads = b.settings().threads});
        Metrics m = quality(b.test(), optimizer.solve_batch(b.test().conditions, {.threads = 1}));
        m.emplace_back("final_loss", report.final_loss);
        Lab::encoding = Encoding::none;
        return m;
      });
  }
};

}  // namespace paper
