// SPDX-License-Identifier: MIT
/// @file
/// @brief Rows that take unequal times, dealt to the processes of a job while they are worked out.
///
/// Process 0 hands out blocks of rows to whoever asks, large ones first and ever smaller ones (guided self-scheduling,
/// Polychronopoulos & Kuck 1987), and gathers what comes back. On every process the thread that called talks to the
/// others and sleeps in between, while threads of its own work: an answer never waits for a row that takes long. A
/// process asks for its next block before its threads run dry.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <span>

#include <gdm/mpi/row_workers.hpp>
#include <gdm/mpi/world.hpp>
#include <gdm/train/reduction.hpp>

GDM_NAMESPACE_BEGIN
namespace mpi::detail {

/// One process's side of the dealing out of rows 0, .., n - 1.
class RowDealer {
 public:
  RowDealer(const World& world, std::uint64_t n, std::span<const RowTable> tables, RowWorkers& workers)
      : world_(world), n_(n), tables_(tables), workers_(workers) {}

  /// Until all rows of process 0's tables are there, or no row is left for this process.
  void run() {
    std::chrono::microseconds patience = shortest;
    while (!over()) {
      const bool asks = !asked_ && !exhausted_ && workers_.low();
      if (asks) ask();  // who is told that no row is left may be done, and must not wait for news
      bool busy = (world_.rank() == 0 ? serve() : receive_grant()) || asks;
      RowBlock done;
      const bool low = !asked_ && !exhausted_;
      const bool expects = world_.rank() == 0 ? world_.size() > 1 : asked_;  // a message that wakes nobody
      const auto wait = busy ? std::chrono::microseconds(0) : expects ? patience : std::chrono::microseconds(1'000'000);
      if (workers_.take_done(done, low, wait)) {
        hand_in(done);
        busy = true;
      }
      if (const auto error = workers_.error()) {
        world_.guarded([&] { std::rethrow_exception(error); });
      }
      patience = busy ? shortest : std::min(2 * patience, longest);
    }
  }

 private:
  static constexpr std::chrono::microseconds shortest{20}, longest{1000};  ///< sleeps between two looks for messages
  static constexpr std::uint64_t most = 1U << 20;                          ///< rows of a block
  enum Tag { to_dealer = 1, grant, rows };

  struct Message {
    std::uint64_t done_begin = 0, done_count = 0;  ///< a block whose rows follow
    std::uint64_t wanted = 0;                      ///< rows asked for; 0 = none
  };

  [[nodiscard]] bool over() const {
    return world_.rank() == 0 ? there_ == n_ && dismissed_ == world_.size() : exhausted_ && held_ == 0;
  }

  /// The next block for somebody who wants at least so many rows.
  [[nodiscard]] RowBlock next_block(std::uint64_t wanted) {
    const std::uint64_t left = n_ - dealt_;
    const std::uint64_t guided = left / (4 * static_cast<std::uint64_t>(world_.size()));
    const RowBlock block{dealt_, std::min({left, most, std::max(wanted, guided)})};
    dealt_ += block.count;
    if (block.count == 0) ++dismissed_;
    return block;
  }

  void take(const RowBlock& block) {
    asked_ = false;
    exhausted_ = block.count == 0;
    if (exhausted_) return;
    held_ += block.count;
    workers_.add(block);
  }

  void ask() {
    asked_ = true;
    const std::uint64_t wanted = workers_.enough();
    if (world_.rank() == 0) {
      take(next_block(wanted));
    } else {
      send({0, 0, wanted});
    }
  }

  void hand_in(const RowBlock& block) {
    held_ -= block.count;
    if (world_.rank() == 0) {
      there_ += block.count;
      return;
    }
    send({block.begin, block.count, 0});
    for (const RowTable& table : tables_) {
      MPI_Send(table.data + block.begin * table.width, numbers(table, block), MPI_DOUBLE, 0, rows,
               world_.communicator());
    }
  }

  void send(const Message& message) const {
    const std::array<std::uint64_t, 3> fields{message.done_begin, message.done_count, message.wanted};
    MPI_Send(fields.data(), 3, MPI_UINT64_T, 0, to_dealer, world_.communicator());
  }

  /// Process 0: answers one message, if there is one.
  bool serve() {
    int waits = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, to_dealer, world_.communicator(), &waits, &status);
    if (waits == 0) return false;
    std::array<std::uint64_t, 3> fields{};
    MPI_Recv(fields.data(), 3, MPI_UINT64_T, status.MPI_SOURCE, to_dealer, world_.communicator(), MPI_STATUS_IGNORE);
    const Message message{fields[0], fields[1], fields[2]};
    if (const RowBlock done{message.done_begin, message.done_count}; done.count > 0) {
      for (const RowTable& table : tables_) {
        MPI_Recv(table.data + done.begin * table.width, numbers(table, done), MPI_DOUBLE, status.MPI_SOURCE, rows,
                 world_.communicator(), MPI_STATUS_IGNORE);
      }
      there_ += done.count;
    }
    if (message.wanted > 0) {
      const RowBlock block = next_block(message.wanted);
      const std::array<std::uint64_t, 2> answer{block.begin, block.count};
      MPI_Send(answer.data(), 2, MPI_UINT64_T, status.MPI_SOURCE, grant, world_.communicator());
    }
    return true;
  }

  /// The others: takes the block that was asked for, if it has come.
  bool receive_grant() {
    int waits = 0;
    if (asked_) MPI_Iprobe(0, grant, world_.communicator(), &waits, MPI_STATUS_IGNORE);
    if (waits == 0) return false;
    std::array<std::uint64_t, 2> answer{};
    MPI_Recv(answer.data(), 2, MPI_UINT64_T, 0, grant, world_.communicator(), MPI_STATUS_IGNORE);
    take({answer[0], answer[1]});
    return true;
  }

  static int numbers(const RowTable& table, const RowBlock& block) {
    return static_cast<int>(block.count * table.width);
  }

  const World& world_;
  std::uint64_t n_;
  std::span<const RowTable> tables_;
  RowWorkers& workers_;
  bool asked_ = false, exhausted_ = false;
  std::uint64_t held_ = 0;   ///< rows that this process was given and has not handed in
  std::uint64_t dealt_ = 0;  ///< process 0: rows handed out
  std::uint64_t there_ = 0;  ///< process 0: rows in its tables
  int dismissed_ = 0;        ///< process 0: processes that know that no row is left, itself among them
};

/// Calls work(i) for every row i < n on one of the processes and one of its threads; it fills row i of the tables, which
/// afterwards are the same on all processes. When a row throws, the job ends with that error.
template <class Work>
void deal_rows(const World& world, std::uint64_t n, int threads, std::span<const RowTable> tables, const Work& work) {
  {
    RowWorkers workers(threads, work);
    RowDealer(world, n, tables, workers).run();
  }
  world.meet();  // who is done sleeps until the last row is
  for (const RowTable& table : tables)
    broadcast(world, std::as_writable_bytes(std::span(table.data, static_cast<std::size_t>(n) * table.width)));
}

}  // namespace mpi::detail
GDM_NAMESPACE_END
