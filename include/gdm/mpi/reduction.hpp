// SPDX-License-Identifier: MIT
/// @file
/// @brief The shards of a training step over the processes of a job: same tree, same bits.
///
/// MPI_Allreduce adds in an order that the implementation chooses. Here a process adds the subtrees whose shards it has,
/// sends each of the others its slice of the results, adds the rest of the tree on its own slice, and hands that to all:
/// a reduce-scatter and an all-gather (Thakur, Rabenseifner & Gropp 2005), about twice the gradient's bytes a process
/// and step. Every process then takes the whole optimizer step, which costs less than sending weights and moments.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <gdm/mpi/agreement.hpp>
#include <gdm/mpi/rows.hpp>
#include <gdm/train/reduction.hpp>

GDM_NAMESPACE_BEGIN
namespace mpi {

/// A reduction (gdm/train/reduction.hpp) over the processes of a job and their threads. Process 0 leads. At most
/// gdm::shard_count processes have shards to work out; the others only take the steps.
class RankReduction {
 public:
  /// @param world  must outlive the reduction
  explicit RankReduction(const World& world) : world_(world) {}

  [[nodiscard]] ShardRange own(std::size_t count) const noexcept {
    const ShardCut cut = over_processes(count);
    return rank() < cut.parts ? cut.part(rank()) : ShardRange{};
  }

  /// @param done  what the threads of this process added while they worked the gradients out
  template <class S, class Finish>
  void sum(const ShardTree& tree, const ShardCut& done, ShardGradients<S>& gradients, const Finish& finish) const {
    const ShardCut processes = over_processes(tree.count);
    const auto add = [&](std::size_t p, const ShardRange& here, const ShardCut& before) {
      tree.join_within(here, before, [&](std::size_t k, std::size_t l) { gradients.add(k, l, p); });
    };
    const ShardRange mine = own(tree.count);
    if (mine.size() > 1 && !done.holds(mine)) gradients.pieces.for_each([&](std::size_t p) { add(p, mine, done); });
    const Slices slices{gradients.pieces, processes.parts};
    exchange(tree, processes, slices, gradients);
    if (rank() < processes.parts) {
      gradients.pieces.for_each(slices.first(rank()), slices.first(rank() + 1),
                                [&](std::size_t p) { add(p, tree.all(), processes); });
    }
    gather(slices, gradients);
    gradients.pieces.for_each(finish);
  }

  template <class F>
  void alone(const F& f) const {
    world_.guarded(f);
  }
  template <class F>
  auto together(const F& f) const {
    return mpi::together(world_, f);
  }
  template <class F>
  bool on_leader(const F& f) const {
    int result = 0;
    mpi::together(world_, [&] {
      if (world_.rank() == 0) result = f() ? 1 : 0;
    });
    MPI_Bcast(&result, 1, MPI_INT, 0, world_.communicator());
    return result != 0;
  }
  void share(std::span<std::byte> bytes) const { detail::broadcast(world_, bytes); }
  template <class Checksum>
  void require_same(const char* what, const Checksum& checksum) const {
    detail::require_same(world_, what, checksum());
  }
  template <class F>
  void deal_rows(std::size_t n, int threads, std::span<const RowTable> tables, const F& f) const {
    detail::deal_rows(world_, n, threads, tables, [&](std::uint64_t row) { f(static_cast<std::size_t>(row)); });
  }

 private:
  /// The pieces of a gradient, dealt to the processes that have shards.
  struct Slices {
    Pieces pieces;
    std::size_t parts;

    [[nodiscard]] std::size_t first(std::size_t part) const { return part * pieces.count() / parts; }
    /// Numbers before those of a part.
    [[nodiscard]] std::size_t begin(std::size_t part) const {
      return std::min(first(part) * Pieces::size, pieces.numbers);
    }
    [[nodiscard]] int size(std::size_t part) const { return static_cast<int>(begin(part + 1) - begin(part)); }
  };

  [[nodiscard]] std::size_t rank() const noexcept { return static_cast<std::size_t>(world_.rank()); }
  [[nodiscard]] ShardCut over_processes(std::size_t count) const noexcept {
    return {{0, count}, std::min(count, static_cast<std::size_t>(world_.size()))};
  }

  /// Brings every process its slice of all subtrees that the others have added, and the losses of all shards.
  template <class S>
  void exchange(const ShardTree& tree, const ShardCut& processes, const Slices& slices,
                ShardGradients<S>& gradients) const {
    std::vector<MPI_Request> requests;
    const auto request = [&]() { return &requests.emplace_back(); };
    // As many as there may be: the addresses must stay.
    requests.reserve(2 * shard_count * processes.parts + 1);
    std::vector<int> counts(static_cast<std::size_t>(world_.size()), 0), begins(counts);
    for (std::size_t i = 0; i < processes.parts; ++i) {
      counts[i] = static_cast<int>(processes.part(i).size());
      begins[i] = static_cast<int>(processes.part(i).first);
    }
    MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DOUBLE, gradients.losses.data(), counts.data(), begins.data(), MPI_DOUBLE,
                    world_.communicator(), request());
    const std::size_t me = rank();
    if (me < processes.parts) {
      const auto slice = [&](std::size_t shard, std::size_t part) {
        return gradients.values[shard].data() + slices.begin(part);
      };
      for (std::size_t i = 0; i < processes.parts; ++i) {
        if (i == me || slices.size(me) == 0) continue;
        tree.roots_within(processes.part(i), [&](std::size_t k) {
          MPI_Irecv(slice(k, me), slices.size(me), detail::number_type<S>(), static_cast<int>(i), static_cast<int>(k),
                    world_.communicator(), request());
        });
      }
      for (std::size_t i = 0; i < processes.parts; ++i) {
        if (i == me || slices.size(i) == 0) continue;
        tree.roots_within(processes.part(me), [&](std::size_t k) {
          MPI_Isend(slice(k, i), slices.size(i), detail::number_type<S>(), static_cast<int>(i), static_cast<int>(k),
                    world_.communicator(), request());
        });
      }
    }
    MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
  }

  /// Brings every process the slices of the sum that the others have worked out.
  template <class S>
  void gather(const Slices& slices, ShardGradients<S>& gradients) const {
    std::vector<int> counts(static_cast<std::size_t>(world_.size()), 0), begins(counts);
    for (std::size_t i = 0; i < slices.parts; ++i) {
      counts[i] = slices.size(i);
      begins[i] = static_cast<int>(slices.begin(i));
    }
    MPI_Allgatherv(MPI_IN_PLACE, 0, detail::number_type<S>(), gradients.values[0].data(), counts.data(), begins.data(),
                   detail::number_type<S>(), world_.communicator());
  }

  const World& world_;
};

}  // namespace mpi
GDM_NAMESPACE_END
