// SPDX-License-Identifier: MIT
/// @file
/// @brief Sampling for one or several instances at once: best of N, rounds around the best, a start, a deadline.
#pragma once

#include <algorithm>
#include <array>

#include <gdm/diffusion/denoise.hpp>
#include <gdm/model/model.hpp>
#include <gdm/solve/candidates.hpp>
#include <gdm/solve/pace.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// The sampling of one type of model. Its buffers hold as many columns as the network works on at a time: samples of one
/// instance, or of several instances that want few samples each.
template <class Scalar, class ModelType, class ProcessType, class Refinement>
class Search {
 public:
  using Process = ProcessType;
  using Network = typename ModelType::Network;
  using Codec = typename ModelType::ProblemCodec;
  using Traits = typename Codec::Traits;
  using Condition = typename Codec::Condition;
  using Solution = typename Codec::Solution;
  using Latents = typename Process::template Latents<Network::batch>;
  static constexpr int batch = Network::batch;
  /// Samples of a round have numbers of their own; a solve draws at most a million in one.
  static constexpr std::uint32_t samples_of_round = 1U << 20;

  /// Called with the latents before every step of a pass and after the last.
  struct Observer {
    void (*call)(void* object, int step, const Latents& y) = nullptr;
    void* object = nullptr;
    void operator()(int step, const Latents& y) const {
      if (call != nullptr) call(object, step, y);
    }
  };

  /// One thread's buffers.
  struct Buffers {
    Block<Scalar, Network::features, batch> condition;
    typename Network::template Instance<batch> conditioned;
    typename Process::template Scratch<batch> scratch;
    Latents y;
    Block<Scalar, Network::latents, batch> start;  ///< clean latents that a pass begins at, one column an instance
    std::array<typename Codec::Instance, batch> instances;
    std::array<Candidates<Codec, Refinement>, batch> best;
    std::array<ColumnKey, batch> keys;
    std::array<int, batch> of;      ///< the instance of a column
    std::array<int, batch> tokens;  ///< present tokens of a column
  };

  Search(const ModelType& model, const Process& process, Buffers& buffers)
      : model_(model), process_(process), b_(buffers) {}

  /// How many instances one call takes: as many as fit with all of their samples into one pass.
  template <class Options>
  [[nodiscard]] static int group(const Options& options) noexcept {
    const auto most = static_cast<std::size_t>(batch);
    return options.deadline.count() > 0 || options.samples > most / 2 ? 1 : static_cast<int>(most / options.samples);
  }

  /// Leaves the best answer for each of `m` <= group(options) instances in the buffers.
  /// @param read    read(j) is the condition of instance j
  /// @param starts  a solution of each to begin at; null: begin at noise
  /// @param seed    of instance 0; instance j has seed + j
  template <class Read, class Options>
  void run(int m, const Read& read, const Solution* starts, std::uint64_t seed, const Options& options, bool valued,
           const Observer& observer = {}) {
    Pace<std::chrono::steady_clock> pace(options.deadline);
    const int samples = static_cast<int>(options.samples);
    const int most = m == 1 ? std::min(samples, batch) : samples;  // columns of an instance
    encode(m, most, read);
    const bool several = samples > 1 || options.rounds > 0 || starts != nullptr;
    for (int j = 0; j < m; ++j) {
      auto& best = best_of(j);
      best.begin(options.refine, valued || several || options.baseline);
      if (starts != nullptr) best.add(instance(j), Codec::project(instance(j), starts[j]));
      if constexpr (has_baseline<typename Codec::ProblemType>) {
        if (options.baseline) best.add(instance(j), Codec::ProblemType::baseline(instance(j).x));
      }
    }
    for (std::size_t round = 0; round <= options.rounds; ++round) {
      const bool from_latent = round > 0 || starts != nullptr;
      if (from_latent) encode_best(m);
      for (int drawn = 0, columns; drawn < samples; drawn += columns) {
        columns = std::min(pace.columns(most), samples - drawn);
        if (columns == 0) return;
        const auto first = static_cast<std::uint32_t>(round) * samples_of_round + static_cast<std::uint32_t>(drawn);
        pass(m, columns, seed, first, from_latent, options, observer);
        pace.passed(columns);
      }
    }
  }

  [[nodiscard]] const Candidates<Codec, Refinement>& best(int j) const { return b_.best[static_cast<std::size_t>(j)]; }
  [[nodiscard]] const typename Codec::Instance& instance(int j) const {
    return b_.instances[static_cast<std::size_t>(j)];
  }

 private:
  Candidates<Codec, Refinement>& best_of(int j) { return b_.best[static_cast<std::size_t>(j)]; }

  /// Prepares `columns` columns for each of `m` instances, one instance after the other.
  template <class Read>
  void encode(int m, int columns, const Read& read) {
    for (int j = 0; j < m; ++j) {
      auto& instance = b_.instances[static_cast<std::size_t>(j)];
      const int first = m == 1 ? 0 : j * columns;
      model_.codec.encode_condition(read(j), instance, b_.condition.column(first));
      for (int s = 0; s < columns; ++s) {
        const auto column =
            static_cast<std::size_t>(j) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(s);
        b_.of[column] = j;
        b_.tokens[column] = instance.tokens;
        if (m > 1 && s > 0) std::copy_n(b_.condition.column(first), Network::features, b_.condition.column(first + s));
      }
    }
    Network::condition(model_.weights, b_.condition, m == 1 ? 1 : m * columns,
                       has_present<typename Codec::ProblemType> ? b_.tokens.data() : nullptr, b_.conditioned);
    if (m == 1) Network::spread(b_.conditioned, columns);
  }

  void encode_best(int m) {
    for (int j = 0; j < m; ++j) model_.codec.encode_solution(best_of(j).best(), instance(j), b_.start.column(j));
  }

  /// Draws `columns` samples of each instance, and compares them.
  template <class Options>
  void pass(int m, int columns, std::uint64_t seed, std::uint32_t first, bool from_latent, const Options& options,
            const Observer& observer) {
    const int n = m * columns;
    if (n < 1 || n > batch) __builtin_unreachable();  // g++ 12 warns of writes behind the last column
    for (int c = 0; c < n; ++c) {
      const int j = m == 1 ? 0 : c / columns;
      const auto s = static_cast<std::uint32_t>(m == 1 ? c : c % columns);
      b_.keys[static_cast<std::size_t>(c)] = {seed + static_cast<std::uint64_t>(j), first + s, instance(j).latents};
      if (from_latent) std::copy_n(b_.start.column(j), Network::latents, b_.y.column(c));
    }
    const typename Process::Denoiser denoiser{model_.weights, model_.tables, model_.low, model_.high};
    const typename Process::template Columns<batch> batch_columns{n, b_.keys.data(), b_.conditioned, b_.scratch, b_.y};
    const int step = from_latent ? process_.step_at(options.noise) : 0;
    const auto prepare = [&](Latents& y) { step_features(n, y); };
    if (options.omega == 0) {
      process_.template run<false>(denoiser, batch_columns, step, from_latent, Scalar(0), prepare, observer);
    } else {
      process_.template run<true>(denoiser, batch_columns, step, from_latent, Scalar(options.omega), prepare, observer);
    }
    for (int c = 0; c < n; ++c) {
      const int j = b_.of[static_cast<std::size_t>(c)];
      best_of(j).add(instance(j), model_.codec.decode(instance(j), b_.y.column(c)));
      ++best_of(j).samples;
    }
  }

  void step_features([[maybe_unused]] int n, [[maybe_unused]] Latents& y) const {
    if constexpr (has_step_features<typename Codec::ProblemType>) {
      for (int c = 0; c < n; ++c)
        model_.codec.step_features(instance(b_.of[static_cast<std::size_t>(c)]), y.column(c),
                                   y.column(c) + Network::latents);
    }
  }

  const ModelType& model_;
  const Process& process_;
  Buffers& b_;
};

}  // namespace detail
GDM_NAMESPACE_END
