// SPDX-License-Identifier: MIT
/// @file
/// @brief Learning without labels: a table of the best known solutions that the model itself keeps improving.
///
/// Each round samples every instance with the model so far, refines the samples, noises the best known solution and
/// denoises it again, keeps what is better, and trains the model on the table. The first round has no model: it starts
/// from the problem's baseline, where there is one, and from random feasible points. Nothing is read but the objective.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <gdm/core/crc32.hpp>
#include <gdm/data/dataset.hpp>
#include <gdm/model/model.hpp>
#include <gdm/model/model_file.hpp>
#include <gdm/problem/draw.hpp>
#include <gdm/solve/candidates.hpp>
#include <gdm/train/learn_options.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// A feasible point of an instance, spread over the scale of its solutions.
template <class Codec>
typename Codec::Solution random_point(const typename Codec::Instance& instance, RandomStream& random) {
  using Solution = typename Codec::Solution;
  Solution scale = Codec::project(instance, Solution::Constant(1e6)).cwiseAbs();
  const bool signs = random.below(2) == 0;
  for (double& s : scale) s = (s > 0 ? s : 1) * (signs ? draw_normal(random) : 2 * draw_uniform(random));
  return Codec::project(instance, scale);
}

/// One run of `learn`.
/// @tparam Optimizer  what samples and is trained: `answer`, `answer_from`, `train`
template <class Optimizer, Problem P, class ModelType, class Refinement>
class Learning {
  using Traits = ProblemTraits<P>;
  using Codec = typename ModelType::ProblemCodec;
  using Condition = typename P::Condition;
  using Solution = typename P::Solution;
  using Clock = std::chrono::steady_clock;

 public:
  /// @param table  conditions, and solutions where some are known; gets the best known solutions
  Learning(Optimizer& optimizer, ModelSlot<ModelType>& slot, ModelIdentity identity, Dataset<P>& table)
      : optimizer_(optimizer), slot_(slot), identity_(std::move(identity)), table_(table), value_(table.size()) {}

  template <class Options, class... Callbacks>
  LearnReport run(const Options& options, Callbacks&... callbacks) {
    const auto start = Clock::now();
    prepare(options.threads);
    std::size_t round = resume(options);
    for (; round < options.rounds; ++round) {
      improve(options, round);
      const bool last = round + 1 == options.rounds;
      train(options, round, last ? options.final_epochs : options.epochs);
      save(options, round + 1);
      report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
      const RoundInfo info{
          round + 1,      options.rounds, report_.objective.back(), report_.sampled.back(), report_.replaced.back(),
          report_.seconds};
      if (notify_round(info, callbacks...) == Flow::stop) break;
    }
    return report_;
  }

 private:
  /// The values of the solutions that are known from the start.
  void prepare(int threads) {
    known_ = table_.solutions.shape(0) == table_.size() && table_.size() > 0;
    if (!known_) table_.solutions.resize({table_.size(), static_cast<std::size_t>(Traits::solution_size)});
    for_each_row(threads, [&](std::size_t i) {
      const auto instance = describe(i);
      value_[i] = known_ ? Codec::objective(*instance, table_.solution(i)) : std::numeric_limits<double>::quiet_NaN();
    });
  }

  /// New candidates for every instance; the better ones into the table.
  template <class Options>
  void improve(const Options& options, std::size_t round) {
    const bool sampling = slot_.filled();
    std::vector<double> one(table_.size(), std::numeric_limits<double>::quiet_NaN()), best = one;
    std::vector<char> replaced(table_.size(), 0);
    const std::uint64_t seed = options.seed + ((std::uint64_t{round} + 1) << 40U);
    for_each_row(options.threads, [&](std::size_t i) {
      const Condition x = table_.condition(i);
      const auto take = [&](const Solution& y, double value) {
        if (!Traits::better(value, value_[i])) return;
        value_[i] = value;
        replaced[i] = 1;
        set_row(table_.solutions, i, y);
      };
      if (!sampling) {
        const auto [y, value] = first_candidate(i, options);
        take(y, value);
        return;
      }
      one[i] = optimizer_.answer(x, {.seed = seed + i, .threads = 1}).objective;
      const auto fresh = optimizer_.answer(x, with(options, seed + i));
      best[i] = fresh.objective;
      take(fresh.solution, fresh.objective);
      auto around = with(options, seed + i);
      around.samples = std::max<std::size_t>(1, options.samples / 4);
      around.noise = options.noise;
      const auto near = optimizer_.answer_from(x, table_.solution(i), around);
      take(near.solution, near.objective);
    });
    report_.objective.push_back(mean(value_));
    report_.sampled.push_back(mean(one));
    report_.replaced.push_back(static_cast<double>(std::count(replaced.begin(), replaced.end(), 1)) /
                               static_cast<double>(table_.size()));
    spread_ = std::abs(mean(best) - mean(one)) / std::max(std::abs(mean(value_)), 1e-300);
  }

  template <class Options>
  static auto with(const Options& options, std::uint64_t seed) {
    typename Optimizer::SolveOptions solve;
    solve.samples = options.samples;
    solve.refine = options.refine;
    solve.seed = seed;
    solve.threads = 1;
    return solve;
  }

  /// The best of the baseline and some random points, each refined.
  template <class Options>
  std::pair<Solution, double> first_candidate(std::size_t i, const Options& options) const {
    const auto instance = describe(i);
    Candidates<Codec, Refinement> candidates;
    candidates.begin(options.refine, true);
    if constexpr (has_baseline<P>) candidates.add(*instance, P::baseline(instance->x));
    RandomStream random(options.seed, for_learning_starts, static_cast<std::uint32_t>(i));
    for (int k = 0; k < 4; ++k) candidates.add(*instance, random_point<Codec>(*instance, random));
    return {candidates.best(), candidates.value()};
  }

  /// Trains on the table: on from the weights there are, or afresh after a collapse and where the latents have moved so far
  /// that the old standardisation no longer fits.
  template <class Options>
  void train(const Options& options, std::size_t round, std::size_t epochs) {
    const bool go_on = slot_.filled() && !collapsed() && fits(options.threads) && round + 1 < options.rounds;
    if (!go_on) report_.afresh.push_back(round + 1);
    typename Optimizer::TrainOptions training;
    training.epochs = epochs;
    training.batch_size = options.batch_size;
    training.learning_rate = options.learning_rate;
    training.seed = options.seed + round;
    training.threads = options.threads;
    training.fine_tune = go_on;
    const auto steps = static_cast<double>(epochs * ((table_.size() + options.batch_size - 1) / options.batch_size));
    training.ema_decay =
        std::min(training.ema_decay, std::max(0.0, 1 - 20 / steps));  // the round must reach the average
    try {
      (void)optimizer_.train(table_, training);
    } catch (const Error& error) {
      if (error.code() != Errc::diverged) throw;
      training.fine_tune = false;
      training.learning_rate /= 4;
      if (go_on) report_.afresh.push_back(round + 1);
      (void)optimizer_.train(table_, training);
    }
  }

  /// Whether the model has stopped to help: one sample is much worse than a round ago, or all samples of an instance are
  /// alike although better solutions are known.
  [[nodiscard]] bool collapsed() const {
    const auto& s = report_.sampled;
    const std::size_t n = s.size();
    const double unit = std::abs(report_.objective.back());
    const double behind = std::abs(report_.objective.back() - s[n - 1]);
    if (n >= 2 && std::isfinite(s[n - 2]) && Traits::better(s[n - 2], s[n - 1]) &&
        std::abs(s[n - 2] - s[n - 1]) > 0.05 * unit)
      return true;
    return spread_ < 1e-9 && behind > 1e-3 * unit;
  }

  /// Whether mean and deviation of the latents in the table are near those of the model's codec.
  [[nodiscard]] bool fits(int threads) const {
    std::vector<typename Codec::Latent> latents(table_.size());
    std::vector<int> tokens(table_.size());
    for_each_row(threads, [&](std::size_t i) {
      const auto instance = describe(i);
      latents[i] = Codec::describe(*instance, table_.solution(i));
      tokens[i] = instance->tokens;
    });
    GroupStatistics statistics;
    for (std::size_t i = 0; i < latents.size(); ++i) statistics.add(latents[i], Codec::latent_groups, tokens[i]);
    const auto now = statistics.standardisation<Codec::latent_size>(Codec::latent_groups);
    const auto& then = slot_.get()->codec.latents;
    for (int i = 0; i < Codec::latent_size; ++i) {
      const double ratio = now.deviation[i] / then.deviation[i];
      if (std::abs(now.mean[i] - then.mean[i]) > 0.25 * then.deviation[i] || ratio < 0.8 || ratio > 1.25) return false;
    }
    return true;
  }

  [[nodiscard]] std::unique_ptr<typename Codec::Instance> describe(std::size_t i) const {
    auto instance = std::make_unique<typename Codec::Instance>();
    typename Codec::Features features;
    Codec::describe(table_.condition(i), *instance, features);
    return instance;
  }

  template <class F>
  void for_each_row(int threads, const F& f) const {
    constexpr std::size_t piece = 16;
    const std::size_t n = table_.size();
    parallel_for(static_cast<int>((n + piece - 1) / piece), thread_count(threads), [&](int k) {
      const std::size_t begin = static_cast<std::size_t>(k) * piece;
      for (std::size_t i = begin; i < std::min(n, begin + piece); ++i) f(i);
    });
  }
  static double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double v : values) sum += v;
    return sum / static_cast<double>(values.size());
  }

  // ---- the run on disk: the table, what was reported and the model, in one file ------------------------------------

  template <class Options>
  [[nodiscard]] std::string fingerprint(const Options& options) const {
    const std::uint32_t crc =
        Crc32().add(std::as_bytes(std::span(table_.conditions.data(), table_.conditions.size()))).value();
    return identity_.problem + " " + identity_.schedule + " " + identity_.denoiser + " " + identity_.parameterisation +
           options.text() + " rows " + std::to_string(table_.size()) + " crc " + std::to_string(crc);
  }

  template <class Options>
  void save(const Options& options, std::size_t rounds) const {
    if (options.checkpoint.empty()) return;
    const auto model = slot_.require("learn");
    TensorFileWriter file;
    file.set_metadata("format", "gdm-learning");
    file.set_metadata("run", fingerprint(options));
    add_model<P, typename ModelType::Network>(file, identity_, model->codec, model->weights, model->knows_null);
    const auto add = [&](const char* name, const std::vector<double>& values) {
      file.add<double>(name, detail::shape(values.size()), values);
    };
    add("solutions", {table_.solutions.data(), table_.solutions.data() + table_.solutions.size()});
    add("objective", report_.objective);
    std::vector<double> sampled;  // tensors hold finite numbers: the rounds without a model are left out
    std::copy_if(report_.sampled.begin(), report_.sampled.end(), std::back_inserter(sampled),
                 [](double value) { return std::isfinite(value); });
    add("sampled", sampled);
    add("replaced", report_.replaced);
    add("afresh", {report_.afresh.begin(), report_.afresh.end()});
    add("progress", {static_cast<double>(rounds), std::isfinite(spread_) ? spread_ : -1.0});
    PosixFileSystem fs;
    file.save(fs, options.checkpoint);
  }

  /// @return rounds done
  template <class Options>
  std::size_t resume(const Options& options) {
    PosixFileSystem fs;
    FileStatus status;
    if (options.checkpoint.empty() || fs.status(options.checkpoint, status) == ENOENT) return 0;
    const TensorFile file = TensorFile::read(fs, options.checkpoint);
    require_metadata(file, "format", "gdm-learning");
    require_metadata(file, "run", fingerprint(options));
    auto model = std::make_unique<ModelType>();
    std::vector<TensorSpec> expected;
    read_model<P, typename ModelType::Network>(file, identity_, model->codec, model->weights, model->knows_null,
                                               expected);
    const auto read = [&](const char* name) {
      const TensorEntry* const entry = file.find(name);
      std::vector<double> values(entry == nullptr ? 0 : file.view(*entry).bytes.size() / sizeof(double));
      read_tensor<double>(file, name, detail::shape(values.size()), values, expected);
      return values;
    };
    const auto solutions = read("solutions");
    report_.objective = read("objective");
    report_.sampled = read("sampled");
    report_.replaced = read("replaced");
    if (report_.sampled.size() < report_.objective.size())
      report_.sampled.insert(report_.sampled.begin(), report_.objective.size() - report_.sampled.size(),
                             std::numeric_limits<double>::quiet_NaN());
    const auto afresh = read("afresh"), progress = read("progress");
    file.require(expected);
    if (solutions.size() != table_.solutions.size() || progress.size() != 2 || !(progress[0] >= 0) ||
        report_.objective.size() != static_cast<std::size_t>(progress[0])) {
      throw Error(Errc::file_format, file.label(), "its parts do not fit together",
                  "Delete the file to start the run again");
    }
    std::copy(solutions.begin(), solutions.end(), table_.solutions.data());
    report_.afresh.assign(afresh.size(), 0);
    for (std::size_t k = 0; k < afresh.size(); ++k) report_.afresh[k] = static_cast<std::size_t>(afresh[k]);
    if (progress[1] >= 0) spread_ = progress[1];
    slot_.put(std::move(model));
    known_ = true;
    for_each_row(options.threads,
                 [&](std::size_t i) { value_[i] = Codec::objective(*describe(i), table_.solution(i)); });
    return static_cast<std::size_t>(progress[0]);
  }

  Optimizer& optimizer_;
  ModelSlot<ModelType>& slot_;
  ModelIdentity identity_;
  Dataset<P>& table_;
  std::vector<double> value_;  ///< objective of every solution in the table
  LearnReport report_;
  double spread_ = std::numeric_limits<double>::infinity();  ///< how much better the best sample is than one, relative
  bool known_ = false;
};

}  // namespace detail
GDM_NAMESPACE_END
