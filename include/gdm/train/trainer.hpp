// SPDX-License-Identifier: MIT
/// @file
/// @brief The training loop: shuffled mini-batches, gradient shards, clipping, Adam and the weights' average.
#pragma once

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

#include <gdm/core/parallel.hpp>
#include <gdm/core/random.hpp>
#include <gdm/nn/parameters.hpp>
#include <gdm/train/callback.hpp>
#include <gdm/train/options.hpp>

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

/// Adds the shards' gradients over the threads of this process.
struct ThreadReduction {};

/// Trains one set of weights on one or several losses that share them (problems of several sizes, say).
///
/// A batch is cut into tiles and the tiles are dealt to a fixed number of shards, whose gradients are added as a binary
/// tree: a thread adds those of its own shards while they are in its cache, and the sum has the same order for any
/// number of threads.
template <class S, class Parameters, class... Losses>
class Trainer {
 public:
  using State = TrainState<Parameters>;

  /// @param losses  must outlive the trainer
  Trainer(const Losses&... losses) : losses_(losses...) {
    (offer_batches_of(losses), ...);
    for (auto& shard : shards_) shard = std::make_unique<Shard>();
  }

  /// Runs epochs until `options.epochs` are done, a callback says stop, or the loss is not finite.
  /// @param state    starting point; holds the last state with a finite loss when an error is thrown
  /// @param on_epoch called as on_epoch(state) -> void after every epoch, for checkpoints
  /// @throws Error [GDM-R301] naming epoch and step when the loss, a gradient or a weight is not finite
  template <class Options, class OnEpoch, class... Callbacks>
  TrainReport run(State& state, const Options& options, const OnEpoch& on_epoch, Callbacks&... callbacks) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    const std::uint64_t first_epoch = state.epoch;
    make_batches(options.batch_size);
    auto good = std::make_unique<State>(state);
    while (state.epoch < options.epochs) {
      shuffle(options.seed, state.epoch);
      double sum = 0, rate = 0;
      for (const Batch& batch : batches_) {
        rate = learning_rate(options.decay, options.learning_rate, options.warm_up, state.step,
                             options.epochs * batches_.size());
        const double loss = step(state, batch, options, rate);
        if (!std::isfinite(loss)) stop_diverged(state, *good, "the loss became " + to_text(loss));
        sum += loss * static_cast<double>(batch.count);
      }
      // The last update's damage shows in no loss of this epoch.
      if (!bounded(state.weights)) stop_diverged(state, *good, "the weights became too large to be squared");
      ++state.epoch;
      state.loss.push_back(sum / static_cast<double>(rows_));
      *good = state;
      const bool stopping = options.stop_asked();  // if asked for from here on, the next epoch is the last
      on_epoch(state);
      const double rows_done = static_cast<double>((state.epoch - first_epoch) * rows_);
      const EpochInfo info{state.epoch, options.epochs, state.loss.back(), rate, seconds(), rows_done / seconds()};
      if (detail::notify_epoch(info, callbacks...) == Flow::stop || stopping) break;
    }
    return {state.epoch, state.loss.empty() ? 0.0 : state.loss.back(), seconds(), state.loss};
  }

 private:
  static constexpr std::size_t shard_count = 8;
  static constexpr std::size_t range_size = 2048;  ///< weights in one piece of the update

  struct Shard {
    Parameters gradient;
    std::tuple<std::unique_ptr<typename Losses::Workspace>...> workspaces;
    double loss;
  };
  struct Batch {
    std::size_t source;  ///< which loss
    std::size_t begin;   ///< first position in that loss's order of rows
    std::size_t count;
  };

  /// Goes back to the last good state, and reports what was found in the epoch and step that `state` had come to.
  [[noreturn]] static void stop_diverged(State& state, const State& good, const std::string& found) {
    const std::string step = std::to_string(state.step);
    state = good;
    throw Error(Errc::diverged, "training", found + " in epoch " + std::to_string(good.epoch + 1) + ", step " + step,
                "Lower learning_rate or clip_norm; the weights of the last good epoch are kept");
  }

  static bool bounded(const Parameters& weights) {
    bool all = true;
    std::tuple_element_t<0, std::tuple<Losses...>>::Network::visit(
        [&](const std::string&, const auto& block) { all = all && std::isfinite(block.matrix().squaredNorm()); },
        weights);
    return all;
  }

  template <class Loss>
  void offer_batches_of(const Loss& loss) {
    std::vector<std::uint32_t> order(loss.size());
    std::iota(order.begin(), order.end(), 0U);
    orders_.push_back(std::move(order));
    rows_ += loss.size();
  }

  void make_batches(std::size_t size) {
    batches_.clear();
    for (std::size_t source = 0; source < orders_.size(); ++source)
      for (std::size_t begin = 0; begin < orders_[source].size(); begin += size)
        batches_.push_back({source, begin, std::min(size, orders_[source].size() - begin)});
  }

  /// New orders of rows and batches, a function of seed and epoch alone (Fisher-Yates).
  void shuffle(std::uint64_t seed, std::uint64_t epoch) {
    const auto one = [&](auto& list, std::uint32_t purpose) {
      RandomStream random(seed, for_shuffling, purpose, static_cast<std::uint32_t>(epoch));
      for (std::size_t i = list.size(); i > 1; --i)
        std::swap(list[i - 1], list[random.below(static_cast<std::uint32_t>(i))]);
    };
    for (std::size_t k = 0; k < orders_.size(); ++k) {
      std::iota(orders_[k].begin(), orders_[k].end(), 0U);
      one(orders_[k], static_cast<std::uint32_t>(k));
    }
    if (orders_.size() > 1) {
      std::sort(batches_.begin(), batches_.end(), [](const Batch& a, const Batch& b) {
        return a.source != b.source ? a.source < b.source : a.begin < b.begin;
      });
      one(batches_, 0xffff);
    }
  }

  /// One optimizer step; returns the batch's mean squared error.
  template <class Options>
  double step(State& state, const Batch& batch, const Options& options, double rate) {
    const int threads = std::min<int>(thread_count(options.threads), static_cast<int>(shard_count));
    double sum = 0;
    with_loss(batch.source,
              [&](const auto& loss, auto index) { sum = gradient(loss, index, state, batch, options.seed, threads); });
    const std::span<S> weights = flat<S>(state.weights);
    const std::size_t ranges = (weights.size() + range_size - 1) / range_size;
    squares_.assign(ranges, 0.0);
    const auto in_range = [&](int r, auto&& values) {
      const std::size_t begin = static_cast<std::size_t>(r) * range_size;
      return values.subspan(begin, std::min(range_size, values.size() - begin));
    };
    const int update_threads = ranges >= 4 ? threads : 1;
    parallel_for(static_cast<int>(ranges), update_threads, [&](int r) {
      const auto part = [&](std::size_t k) { return in_range(r, flat<S>(shards_[k]->gradient)); };
      add_levels(0, shards_used_, group_size(threads), shard_count, part);
      squares_[static_cast<std::size_t>(r)] = square_sum(part(0));
    });
    const double norm = std::sqrt(std::accumulate(squares_.begin(), squares_.end(), 0.0));
    ++state.step;
    if (!std::isfinite(norm)) return norm;
    AdamStep adam(options.adam, state.step, rate, options.ema_decay);
    adam.gradient_scale = norm > options.clip_norm ? options.clip_norm / norm : 1.0;
    parallel_for(static_cast<int>(ranges), update_threads, [&](int r) {
      adam_update<S>(options.adam, adam, in_range(r, flat<S>(std::as_const(shards_[0]->gradient))),
                     in_range(r, weights), in_range(r, flat<S>(state.first_moment)),
                     in_range(r, flat<S>(state.second_moment)), in_range(r, flat<S>(state.average)));
    });
    return sum;
  }

  /// Shards that a thread takes and adds up by itself: a subtree for each thread, where they come out even.
  [[nodiscard]] std::size_t group_size(int threads) const {
    const auto n = static_cast<std::size_t>(threads);
    return shards_used_ % n == 0 && std::has_single_bit(shards_used_ / n) ? shards_used_ / n : 1;
  }

  /// Levels of the binary tree that adds part(first) .. part(last - 1) to part(first): of the pairs that are `from`
  /// apart, then twice that, below `to`.
  template <class Part>
  static void add_levels(std::size_t first, std::size_t last, std::size_t from, std::size_t to, const Part& part) {
    for (std::size_t apart = from; apart < to; apart *= 2)
      for (std::size_t k = first; k + apart < last; k += 2 * apart) add(part(k + apart), part(k));
  }

  /// Leaves the gradient in parts in the first shard of every group; returns the mean squared error.
  template <class Loss, class Index>
  double gradient(const Loss& loss, Index, const State& state, const Batch& batch, std::uint64_t seed, int threads) {
    using Network = typename Loss::Network;
    const std::uint32_t* const rows = orders_[batch.source].data() + batch.begin;
    const std::size_t tiles = (batch.count + Loss::tile - 1) / Loss::tile;
    shards_used_ = std::min(shard_count, tiles);
    const double total = std::max(loss.total(rows, batch.count), std::numeric_limits<double>::min());
    const std::size_t group = group_size(threads), groups = (shards_used_ + group - 1) / group;
    parallel_for(static_cast<int>(groups), threads, [&](int g) {
      const std::size_t first = static_cast<std::size_t>(g) * group, last = std::min(first + group, shards_used_);
      auto& workspace = std::get<Index::value>(shards_[first]->workspaces);
      if (!workspace) workspace.reset(new typename Loss::Workspace{});
      Network::prepare(state.weights, workspace->network);
      for (std::size_t k = first; k < last; ++k) {
        Shard& shard = *shards_[k];
        shard.loss = 0;
        std::memset(static_cast<void*>(&shard.gradient), 0, sizeof shard.gradient);
        for (std::size_t tile = k * tiles / shards_used_; tile < (k + 1) * tiles / shards_used_; ++tile) {
          const std::size_t begin = tile * Loss::tile;
          const int count = static_cast<int>(std::min<std::size_t>(Loss::tile, batch.count - begin));
          const StreamId id{seed, 0, static_cast<std::uint32_t>(tile), static_cast<std::uint32_t>(state.step)};
          shard.loss +=
              loss.accumulate(state.weights, rows + begin, count, S(1 / total), id, *workspace, shard.gradient);
        }
      }
      add_levels(first, last, 1, group, [&](std::size_t k) { return flat<S>(shards_[k]->gradient); });
    });
    double sum = 0;
    for (std::size_t k = 0; k < shards_used_; ++k) sum += shards_[k]->loss;
    return sum / total;
  }

  template <class F>
  void with_loss(std::size_t source, const F& f) {
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      ((source == K ? f(std::get<K>(losses_), std::integral_constant<std::size_t, K>{}) : void()), ...);
    }
    (std::index_sequence_for<Losses...>{});
  }

  static auto array(std::span<S> values) {
    return Eigen::Map<Eigen::Array<S, Eigen::Dynamic, 1>>(values.data(), static_cast<Eigen::Index>(values.size()));
  }
  static void add(std::span<S> from, std::span<S> to) { array(to) += array(from); }
  static double square_sum(std::span<S> values) { return static_cast<double>(array(values).square().sum()); }

  std::tuple<const Losses&...> losses_;
  std::vector<std::vector<std::uint32_t>> orders_;
  std::vector<Batch> batches_;
  std::vector<double> squares_;
  std::array<std::unique_ptr<Shard>, shard_count> shards_;
  std::size_t shards_used_ = 0;
  std::size_t rows_ = 0;
};

GDM_NAMESPACE_END
