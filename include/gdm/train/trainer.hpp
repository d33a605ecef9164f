// SPDX-License-Identifier: MIT
/// @file
/// @brief The training loop: mini-batches, gradient shards, clipping, Adam and the weights' average.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gdm/core/crc32.hpp>
#include <gdm/core/parallel.hpp>
#include <gdm/core/random.hpp>
#include <gdm/nn/parameters.hpp>
#include <gdm/train/batches.hpp>
#include <gdm/train/callback.hpp>
#include <gdm/train/options.hpp>
#include <gdm/train/reduction.hpp>

GDM_NAMESPACE_BEGIN

/// Everything that changes during a run: what a checkpoint stores. The random numbers of a step are a function of the
/// seed and the step's number, so that these are all the random state there is.
template <class Parameters>
struct TrainState {
  Parameters weights;
  Parameters first_moment;
  Parameters second_moment;
  Parameters average;        ///< exponential moving average of the weights; what solve uses
  std::uint64_t step = 0;    ///< optimizer steps done
  std::uint64_t epoch = 0;   ///< epochs done
  std::vector<double> loss;  ///< of each epoch done
};

/// The leader's state to all processes.
template <class Reduction, class Parameters>
void share_state(const Reduction& reduction, TrainState<Parameters>& state) {
  const auto share = [&](auto* values, std::size_t count) {
    reduction.share(std::as_writable_bytes(std::span(values, count)));
  };
  std::array<std::uint64_t, 3> progress{state.step, state.epoch, state.loss.size()};
  share(progress.data(), progress.size());
  state.step = progress[0];
  state.epoch = progress[1];
  state.loss.resize(detail::to_size(progress[2]));
  share(state.loss.data(), state.loss.size());
  for (Parameters* part : {&state.weights, &state.first_moment, &state.second_moment, &state.average}) share(part, 1);
}

/// Trains one set of weights on one or several losses that share them (problems of several sizes, say).
///
/// A batch is cut into tiles and the tiles are dealt to a fixed number of shards, whose gradients are added as a fixed
/// binary tree (gdm::ShardTree): a thread adds those of its own shards while they are in its cache, the reduction does
/// the rest, and the sum has the same bits for any number of threads and processes.
///
/// A loss has `size()` rows, `total(rows, count)`, the weight of these rows' outputs that a batch's sum is divided by,
/// and `accumulate`, which adds the gradient of a tile (gdm::DenoisingLoss).
template <class S, class Parameters, class... Losses>
class Trainer {
 public:
  using State = TrainState<Parameters>;

  /// @param losses  must outlive the trainer
  explicit Trainer(const Losses&... losses) : losses_(losses...) {
    (batches_.add_source(losses.size()), ...);
    for (std::size_t k = 0; k < shard_count; ++k) {
      gradients_[k] = std::make_unique<Parameters>();
      workspaces_[k] = std::make_unique<Workspaces>();
    }
  }

  /// Runs epochs until `options.epochs` are done, a callback says stop, or the loss is not finite.
  /// @param state     starting point; holds the last state with a finite loss when an error is thrown
  /// @param reduction how the shards' gradients are added; its leader calls the callbacks
  /// @param on_epoch  called as on_epoch(state) -> void after every epoch, on all processes
  /// @throws Error [GDM-R301] naming epoch and step when the loss, a gradient or a weight is not finite
  template <class Reduction, class Options, class OnEpoch, class... Callbacks>
  TrainReport run_with(const Reduction& reduction, State& state, const Options& options, const OnEpoch& on_epoch,
                       Callbacks&... callbacks) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    const std::uint64_t first_epoch = state.epoch;
    batches_.cut(options.batch_size);
    auto good = std::make_unique<State>(state);
    while (state.epoch < options.epochs) {
      batches_.shuffle(options.seed, state.epoch);
      BatchLoss epoch;
      double rate = 0;
      for (const Batch& batch : batches_.list()) {
        rate = learning_rate(options.decay, options.learning_rate, options.warm_up, state.step,
                             options.epochs * batches_.list().size());
        const BatchLoss loss = step(reduction, state, batch, options, rate);
        if (!std::isfinite(loss.sum)) stop_diverged(state, *good, "the loss became " + to_text(loss.sum));
        epoch.sum += loss.sum;
        epoch.total += loss.total;
      }
      // The last update's damage shows in no loss of this epoch.
      if (!bounded(state.weights)) stop_diverged(state, *good, "the weights became too large to be squared");
      ++state.epoch;
      state.loss.push_back(epoch.mean());
      *good = state;
      const bool stopping = options.stop_asked();  // if asked for from here on, the next epoch is the last
      reduction.require_same("training: weights after an epoch",
                             [&] { return Crc32().add(std::as_bytes(flat<S>(std::as_const(state.weights)))).value(); });
      on_epoch(state);
      const double rows_done = static_cast<double>((state.epoch - first_epoch) * batches_.rows());
      const auto done = static_cast<std::size_t>(state.epoch);
      const EpochInfo info{done, options.epochs, state.loss.back(), rate, seconds(), rows_done / seconds()};
      if (reduction.on_leader([&] { return detail::notify_epoch(info, callbacks...) == Flow::stop || stopping; }))
        break;
    }
    return {static_cast<std::size_t>(state.epoch), state.loss.empty() ? 0.0 : state.loss.back(), seconds(), state.loss};
  }

  /// `run_with` on the threads of this process.
  template <class Options, class OnEpoch, class... Callbacks>
  TrainReport run(State& state, const Options& options, const OnEpoch& on_epoch, Callbacks&... callbacks) {
    return run_with(ThreadReduction{}, state, options, on_epoch, callbacks...);
  }

 private:
  using Batch = Batches::Batch;
  /// A sum of row losses and the weight that makes a mean of it.
  struct BatchLoss {
    double sum = 0, total = 0;
    [[nodiscard]] double mean() const noexcept { return total > 0 ? sum / total : 0; }
  };
  using Workspaces = std::tuple<std::unique_ptr<typename Losses::Workspace>...>;

  /// Goes back to the last good state, and reports what was found in the epoch and step that `state` had come to.
  [[noreturn]] static void stop_diverged(State& state, const State& good, const std::string& found) {
    const std::string step = std::to_string(state.step);
    state = good;
    throw Error(Errc::diverged, "training", found + " in epoch " + std::to_string(good.epoch + 1) + ", step " + step,
                "Lower learning_rate or clip_norm; the weights of the last good epoch are kept");
  }

  static bool bounded(const Parameters& weights) { return std::isfinite(square_sum(flat<S>(weights))); }

  /// One optimizer step. The sum that it returns is not finite where the gradient is not.
  template <class Reduction, class Options>
  BatchLoss step(const Reduction& reduction, State& state, const Batch& batch, const Options& options, double rate) {
    const int threads = std::min<int>(thread_count(options.threads), static_cast<int>(shard_count));
    BatchLoss loss;
    with_loss(batch.source, [&](const auto& one, auto index) {
      loss = gradient(reduction, one, index, state, batch, options.seed, threads);
    });
    const double norm = std::sqrt(std::accumulate(squares_.begin(), squares_.end(), 0.0));
    ++state.step;
    if (!std::isfinite(norm)) return {norm, loss.total};
    AdamStep adam(options.adam, state.step, rate, options.ema_decay);
    if (options.fine_tune) adam.ema_weight = 1 - options.ema_decay;  // the average begins at trained weights
    adam.gradient_scale = norm > options.clip_norm ? options.clip_norm / norm : 1.0;
    const Pieces pieces = pieces_for(threads);
    pieces.for_each([&](std::size_t p) {
      const auto piece = [&](Parameters& all) { return pieces.of(flat<S>(all), p); };
      adam_update<S>(options.adam, adam, piece(*gradients_[0]), piece(state.weights), piece(state.first_moment),
                     piece(state.second_moment), piece(state.average));
    });
    return loss;
  }

  static Pieces pieces_for(int threads) {
    Pieces pieces{sizeof(Parameters) / sizeof(S), threads};
    if (pieces.count() < 4) pieces.threads = 1;  // waking threads would take longer
    return pieces;
  }

  /// Leaves the gradient of the batch's mean loss in gradients_[0], and the sums of its pieces' squares in squares_.
  template <class Reduction, class Loss, class Index>
  BatchLoss gradient(const Reduction& reduction, const Loss& loss, Index, const State& state, const Batch& batch,
                     std::uint64_t seed, int threads) {
    const std::uint32_t* const rows = batches_.rows(batch);
    const std::size_t tiles = (batch.count + Loss::tile - 1) / Loss::tile;
    const ShardTree tree{std::min(shard_count, tiles)};
    const ShardRange own = reduction.own(tree.count);
    const ShardCut groups{own, std::min(static_cast<std::size_t>(threads), own.size())};
    BatchLoss result{0, loss.total(rows, batch.count)};
    const S scale = result.total > 0 ? S(1 / result.total) : S(0);
    ShardGradients<S> shards{{}, {}, pieces_for(threads)};
    for (std::size_t k = 0; k < shard_count; ++k) shards.values[k] = flat<S>(*gradients_[k]);

    const auto work_out = [&](int g) {
      auto& workspace = std::get<Index::value>(*workspaces_[static_cast<std::size_t>(g)]);
      if (!workspace) workspace.reset(new typename Loss::Workspace{});
      Loss::Network::prepare(state.weights, workspace->network);
      const ShardRange group = groups.part(static_cast<std::size_t>(g));
      for (std::size_t k = group.first; k < group.last; ++k) {
        Parameters& sum = *gradients_[k];
        std::memset(static_cast<void*>(&sum), 0, sizeof sum);
        double of_shard = 0;
        for (std::size_t tile = k * tiles / tree.count; tile < (k + 1) * tiles / tree.count; ++tile) {
          const std::size_t begin = tile * Loss::tile;
          const int count = static_cast<int>(std::min<std::size_t>(Loss::tile, batch.count - begin));
          const StreamId id{seed, 0, static_cast<std::uint32_t>(tile), static_cast<std::uint32_t>(state.step)};
          of_shard += loss.accumulate(state.weights, rows + begin, count, scale, id, *workspace, sum);
        }
        shards.losses[k] = of_shard;
      }
      for (std::size_t p = 0; p < shards.pieces.count(); ++p)
        tree.join_within(group, {}, [&](std::size_t a, std::size_t b) { shards.add(a, b, p); });
    };
    reduction.alone([&] { parallel_for(static_cast<int>(groups.parts), threads, work_out); });

    squares_.assign(shards.pieces.count(), 0.0);
    reduction.sum(tree, groups, shards,
                  [&](std::size_t p) { squares_[p] = square_sum(shards.pieces.of(shards.values[0], p)); });
    for (std::size_t k = 0; k < tree.count; ++k) result.sum += shards.losses[k];
    return result;
  }

  template <class F>
  void with_loss(std::size_t source, const F& f) {
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      ((source == K ? f(std::get<K>(losses_), std::integral_constant<std::size_t, K>{}) : void()), ...);
    }
    (std::index_sequence_for<Losses...>{});
  }

  static double square_sum(std::span<const S> values) {
    using Array = Eigen::Map<const Eigen::Array<S, Eigen::Dynamic, 1>>;
    return static_cast<double>(Array(values.data(), static_cast<Eigen::Index>(values.size())).square().sum());
  }

  std::tuple<const Losses&...> losses_;
  Batches batches_;
  std::vector<double> squares_;
  std::array<std::unique_ptr<Parameters>, shard_count> gradients_;
  std::array<std::unique_ptr<Workspaces>, shard_count> workspaces_;  ///< one for each group of shards
};

GDM_NAMESPACE_END
