// SPDX-License-Identifier: MIT
/// @file
/// @brief The data and models of one problem and seed, and how answers are measured.
#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gdm/analysis/evaluation.hpp>
#include <gdm/baseline/gradient_descent.hpp>
#include <gdm/data/dataset.hpp>
#include <gdm/model/policies.hpp>

#include "models.hpp"
#include "plan.hpp"

namespace paper {

/// A number as it stands in a setting: 0.5, 20, 1.0001.
inline std::string short_text(double value) { return gdm::to_text(value); }

/// Conditions and labels as rows of problem Q.
template <class Q>
gdm::Dataset<Q> rows(Rows conditions, Rows solutions) {
  return {.conditions = std::move(conditions), .solutions = std::move(solutions), .weights = {}};
}

/// A change of the distribution of instances.
template <class P>
struct Shift {
  std::string name;
  void (*apply)(typename P::Condition&);
};

/// What differs between the problems.
template <class P>
struct ProblemSetup {
  std::string name;
  std::size_t rows;    ///< training rows, for the paper's problems those of the paper
  std::size_t epochs;  ///< of our policies by default
  double row_cost;     ///< seconds of training per million rows and epochs, roughly
  gdm::DescentOptions descent{};
  std::string trajectory_figure{};
  std::vector<Shift<P>> shifts{};
};

/// The data and models of one seed, made when they are first asked for.
template <class P>
class Bench {
 public:
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
  /// The first rows of a set.
  gdm::Dataset<P> head(const gdm::Dataset<P>& data, std::size_t n) const {
    n = std::min(n, data.size());
    return rows<P>(gdm::rows_of(data.conditions, 0, n), gdm::rows_of(data.solutions, 0, n));
  }

  const AnyOptimizer& ours() { return trained("ours", make<P, Kind::ours>, epochs()); }
  /// Our policies with the null condition learned as well, for guidance.
  const AnyOptimizer& guided() { return trained("guided", make<P, Kind::ours>, epochs(), 0.1); }
  /// The weights of `ours` under the sampler `Ddpm`.
  const AnyOptimizer& ddpm() {
    ours();
    return trained("ours", make<P, Kind::ddpm>, epochs(), {}, "ddpm");
  }
  const AnyOptimizer& paper() { return trained("paper", make<P, Kind::paper>, paper_epochs()); }
  const AnyOptimizer& reference() { return trained("reference", make<P, Kind::reference>, paper_epochs()); }
  const AnyOptimizer& mtfnn() { return trained("mtfnn", make<P, Kind::mtfnn>, epochs()); }
  const AnyOptimizer& ppo() { return trained("ppo", make<P, Kind::ppo>, epochs()); }
  /// A model that is not kept, with the epochs of the sweeps.
  double learn(AnyOptimizer& optimizer, std::optional<double> p_uncond = {}) {
    return optimizer.train(
        train().conditions, train().solutions,
        {.epochs = settings_.sweep_epochs, .p_uncond = p_uncond, .seed = seed_, .threads = settings_.threads});
  }

  [[nodiscard]] std::size_t epochs() const { return settings_.epochs == 0 ? setup_.epochs : settings_.epochs; }
  [[nodiscard]] std::size_t paper_epochs() const {
    return settings_.epochs == 0 ? gdm::PaperPolicies::training.epochs : settings_.epochs;
  }
  [[nodiscard]] const ProblemSetup<P>& setup() const { return setup_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] std::size_t seed() const { return seed_; }

  /// Forgets everything: the next seed's data need the room.
  void clear() {
    train_.reset();
    test_.reset();
    models_.clear();
  }

 private:
  /// Trained models are kept on disk, so that single figures need not train them anew.
  /// @param file  names the model file, as `slot` does the model in memory
  const AnyOptimizer& trained(const std::string& file, Model (*make_model)(), std::size_t epochs,
                              std::optional<double> p_uncond = {}, const std::string& slot = {}) {
    Model& model = models_[slot.empty() ? file : slot];
    if (model) return *model;
    Model fresh = make_model();
    const auto path = settings_.out / "models" /
                      (setup_.name + "-" + file + "-" + std::to_string(seed_) + "-" + std::to_string(row_count()) +
                       "x" + std::to_string(epochs) + ".safetensors");
    if (!fresh->load(path)) {
      fresh->train(train().conditions, train().solutions,
                   {.epochs = epochs, .p_uncond = p_uncond, .seed = seed_, .threads = settings_.threads});
      std::filesystem::create_directories(path.parent_path());
      fresh->save(path);
    }
    model = std::move(fresh);
    return *model;
  }

  Settings settings_;
  ProblemSetup<P> setup_;
  std::size_t seed_;
  std::optional<gdm::Dataset<P>> train_, test_;
  std::map<std::string, Model> models_;
};

/// Adds cells to the plan that share the bench of one seed.
template <class P>
struct Planner {
  const Settings& settings;
  const ProblemSetup<P>& setup;
  std::shared_ptr<Bench<P>> bench;
  std::vector<Cell>& cells;
  std::size_t seed;

  [[nodiscard]] bool wants(const std::string& figure) const { return settings.figures.contains(figure); }
  /// Seconds that a training of so many epochs takes, roughly.
  [[nodiscard]] double training(std::size_t epochs) const {
    return settings.rows * static_cast<double>(setup.rows * epochs) * 1e-6 * setup.row_cost;
  }
  template <class F>
  void add(const std::string& figure, const std::string& method, const std::string& setting, double cost, const F& f) {
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

template <class P>
Metrics quality(const gdm::Dataset<P>& data, const Rows& y) {
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
double processor_seconds(const Solve& solve) {
  const auto now = [] { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; };
  (void)solve();  // buffers and caches
  const double start = now();
  int calls = 0;
  for (; calls == 0 || (now() - start < 0.02 && calls < 1000); ++calls) (void)solve();
  return (now() - start) / calls;
}
/// Quality of `solve`, which makes answers of conditions, and its time on some of them.
template <class P, class Solve>
Metrics timed_quality(Bench<P>& b, const Solve& solve) {
  const gdm::Dataset<P> few = b.head(b.test(), 200);
  const double seconds = processor_seconds([&] { return solve(few.conditions); });
  Metrics metrics = quality(b.test(), solve(b.test().conditions));
  metrics.emplace_back("us_per_solve", seconds * 1e6 / double(few.size()));
  return metrics;
}
/// What a function of the condition answers, row by row.
template <class P, class Answer>
Rows answers(const Rows& conditions, const Answer& answer) {
  Rows y;
  y.resize({conditions.shape(0), std::size_t(gdm::ProblemTraits<P>::solution_size)});
  for (std::size_t i = 0; i < conditions.shape(0); ++i)
    gdm::set_row(y, i, typename P::Solution(answer(gdm::row_of<typename P::Condition>(conditions, i))));
  return y;
}

}  // namespace paper
