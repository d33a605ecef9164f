// SPDX-License-Identifier: MIT
/// @file
/// @brief Threads that wait for loops to help with, and never make a loop wait for them.
///
/// Why not OpenMP: its regions begin and end with all of their threads. Where other programs use the cores, a region of
/// some tens of microseconds then lasts until the slowest thread has been given a core again, milliseconds later, and the
/// others spin meanwhile. Here the caller takes pieces itself until there are none left, helpers take what they come
/// to, and the caller waits only for pieces that somebody has begun.
#pragma once

#include <pthread.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): pthread_sigmask is of POSIX

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// The helpers of a process. They are made when they are first wanted and stay until it ends.
class ThreadPool {
 public:
  /// The pool of this process; a child after fork() has one of its own, since it inherits no threads.
  static ThreadPool& instance() {
    static const bool registered = ::pthread_atfork(nullptr, nullptr, [] { pool().store(nullptr); }) == 0;
    (void)registered;
    ThreadPool* found = pool().load(std::memory_order_acquire);
    if (found == nullptr) {
      auto* const made = new ThreadPool;  // never deleted: its threads may outlive all static objects
      if (pool().compare_exchange_strong(found, made)) return *made;
      delete made;
    }
    return *found;
  }

  /// Runs call(f, 0) .. call(f, n - 1) on this thread and at most `helpers` others.
  void run(const void* f, void (*call)(const void*, int), int n, int helpers) {
    Job job{f, call, n, helpers};
    {
      const std::lock_guard lock(mutex_);
      job.next_job = jobs_;
      jobs_ = &job;
      grow(helpers);
      posted_.fetch_add(1, std::memory_order_release);
    }
    for (int i = std::min(helpers, sleeping_.load()); i > 0; --i) wake_.notify_one();
    work(job);
    std::unique_lock lock(mutex_);
    Job** link = &jobs_;
    while (*link != &job) link = &(*link)->next_job;
    *link = job.next_job;
    lock.unlock();
    spin_until([&] { return job.inside.load(std::memory_order_acquire) == 0; });
    lock.lock();
    finished_.wait(lock, [&] { return job.inside.load(std::memory_order_relaxed) == 0; });
    if (job.error) std::rethrow_exception(job.error);
  }

  /// Whether this thread is in a piece of a loop: loops within loops run on their own thread.
  static bool& in_piece() noexcept {
    thread_local bool inside = false;
    return inside;
  }

 private:
  struct Job {
    const void* f;
    void (*call)(const void*, int);
    int n;
    int wanted;  ///< helpers that may still join
    std::atomic<int> next{0};
    std::atomic<int> inside{0};  ///< helpers at work
    std::exception_ptr error{};
    Job* next_job = nullptr;
  };

  static std::atomic<ThreadPool*>& pool() {
    static std::atomic<ThreadPool*> one{nullptr};
    return one;
  }

  /// Loops often follow within microseconds, and a sleeping thread takes as long to wake.
  template <class F>
  static void spin_until(const F& done) {
    constexpr auto patience = std::chrono::microseconds(30);
    const auto start = std::chrono::steady_clock::now();
    while (!done() && std::chrono::steady_clock::now() - start < patience) std::this_thread::yield();
  }

  void work(Job& job) {
    bool& inside = in_piece();
    const bool before = std::exchange(inside, true);
    for (int i = job.next.fetch_add(1); i < job.n; i = job.next.fetch_add(1)) {
      try {
        job.call(job.f, i);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!job.error) job.error = std::current_exception();
      }
    }
    inside = before;
  }

  /// Makes sure that there are `helpers` threads, if the system gives them. They leave signals to the others.
  void grow(int helpers) {
    if (threads_ >= helpers) return;
    ::sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      for (; threads_ < helpers; ++threads_) std::thread([this] { help(); }).detach();
    } catch (const std::system_error&) {
      // Fewer threads are slower and nothing else.
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  [[noreturn]] void help() {
    std::unique_lock lock(mutex_);
    for (;;) {
      const auto seen = posted_.load();
      Job* job = jobs_;
      while (job != nullptr && (job->wanted == 0 || job->next.load() >= job->n)) job = job->next_job;
      if (job != nullptr) {
        --job->wanted;
        job->inside.fetch_add(1);
        lock.unlock();
        work(*job);
        lock.lock();
        if (job->inside.fetch_sub(1) == 1) finished_.notify_all();  // the job may be gone from here on
        continue;
      }
      lock.unlock();
      spin_until([&] { return posted_.load(std::memory_order_acquire) != seen; });
      lock.lock();
      sleeping_.fetch_add(1);
      wake_.wait(lock, [&] { return posted_.load() != seen; });
      sleeping_.fetch_sub(1);
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_, finished_;
  Job* jobs_ = nullptr;
  int threads_ = 0;
  std::atomic<unsigned> posted_{0};
  std::atomic<int> sleeping_{0};
};

}  // namespace detail
GDM_NAMESPACE_END
