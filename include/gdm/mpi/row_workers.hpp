// SPDX-License-Identifier: MIT
/// @file
/// @brief The threads of one process that work on the rows it was dealt.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN
namespace mpi::detail {

/// Rows begin, .., begin + count - 1.
struct RowBlock {
  std::uint64_t begin = 0, count = 0;
};

/// The threads of one process that work on blocks.
class RowWorkers {
 public:
  using Clock = std::chrono::steady_clock;

  /// @param work  work(row), called on any of the threads
  RowWorkers(int threads, std::function<void(std::uint64_t)> work) : work_(std::move(work)) {
    for (int i = 0; i < std::max(1, threads); ++i) threads_.emplace_back([this] { run(); });
  }
  RowWorkers(const RowWorkers&) = delete;
  RowWorkers& operator=(const RowWorkers&) = delete;
  ~RowWorkers() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    more_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  void add(const RowBlock& block) {
    {
      const std::lock_guard lock(mutex_);
      blocks_.push_back({block, 0, 0});
      waiting_ += block.count;
    }
    more_.notify_all();
  }

  /// Whether rows are about to run out, so that the next block should be on its way.
  [[nodiscard]] bool low() {
    const std::lock_guard lock(mutex_);
    return seconds_of(waiting_) < ahead;
  }

  /// Rows that are worth a message.
  [[nodiscard]] std::uint64_t enough() {
    const std::lock_guard lock(mutex_);
    const auto threads = static_cast<std::uint64_t>(threads_.size());
    const double row = seconds_of(1);
    return row > 0 ? std::max(threads, static_cast<std::uint64_t>(worth / row)) : threads;
  }

  /// A block that is done, if there is one; waits a while for one, or if `low` for rows to run out.
  [[nodiscard]] bool take_done(RowBlock& block, bool low, std::chrono::microseconds patience) {
    std::unique_lock lock(mutex_);
    const auto news = [&] { return error_ || !finished_.empty() || (low && seconds_of(waiting_) < ahead); };
    done_.wait_for(lock, patience, news);
    if (finished_.empty()) return false;
    block = finished_.front();
    finished_.pop_front();
    return true;
  }

  /// What the first row to fail has thrown.
  [[nodiscard]] std::exception_ptr error() {
    const std::lock_guard lock(mutex_);
    return error_;
  }

 private:
  static constexpr double ahead = 20e-3;  ///< seconds of work to have in hand, for a busy machine answers late
  static constexpr double worth = 2e-3;   ///< seconds of work that are worth a message

  struct Open {
    RowBlock block;
    std::uint64_t begun, ended;
  };

  [[nodiscard]] double seconds_of(std::uint64_t rows) const {
    if (rows_done_ == 0) return rows == 0 ? 0 : 1;
    return static_cast<double>(rows) * busy_seconds_ / static_cast<double>(rows_done_) /
           static_cast<double>(threads_.size());
  }

  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      more_.wait(lock, [&] { return closed_ || waiting_ > 0; });
      if (closed_) return;
      Open& open = *std::find_if(blocks_.begin(), blocks_.end(), [](const Open& b) { return b.begun < b.block.count; });
      // So many rows at once that the lock costs nothing, and so few that the threads end together.
      const std::uint64_t left = open.block.count - open.begun;
      const std::uint64_t rows = std::max<std::uint64_t>(1, std::min<std::uint64_t>(64, left / (4 * threads_.size())));
      const std::uint64_t first = open.block.begin + open.begun;
      open.begun += rows;
      waiting_ -= rows;
      lock.unlock();
      const auto start = Clock::now();
      std::exception_ptr error;
      try {
        for (std::uint64_t i = 0; i < rows; ++i) work_(first + i);
      } catch (...) {
        error = std::current_exception();
      }
      const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
      lock.lock();
      busy_seconds_ += seconds;
      rows_done_ += rows;
      if (error && !error_) error_ = error;
      const auto own = std::find_if(blocks_.begin(), blocks_.end(), [&](const Open& b) {
        return b.block.begin <= first && first < b.block.begin + b.block.count;
      });
      own->ended += rows;
      if (own->ended == own->block.count) {
        finished_.push_back(own->block);
        blocks_.erase(own);
      }
      if (error_ || !finished_.empty() || seconds_of(waiting_) < ahead) done_.notify_one();
      if (error_) return;
    }
  }

  std::function<void(std::uint64_t)> work_;
  std::mutex mutex_;
  std::condition_variable more_, done_;
  std::deque<Open> blocks_;
  std::deque<RowBlock> finished_;
  std::uint64_t waiting_ = 0;  ///< rows that no thread has begun
  std::uint64_t rows_done_ = 0;
  double busy_seconds_ = 0;
  std::exception_ptr error_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace mpi::detail
GDM_NAMESPACE_END
