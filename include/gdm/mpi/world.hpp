// SPDX-License-Identifier: MIT
/// @file
/// @brief The processes of an MPI job, and what becomes of all of them when one fails.
#pragma once

#ifndef OMPI_SKIP_MPICXX
#define OMPI_SKIP_MPICXX 1  // the C interface alone: none of the C++ bindings that MPI 3 removed
#endif
#ifndef MPICH_SKIP_MPICXX
#define MPICH_SKIP_MPICXX 1
#endif
#include <mpi.h>

#if defined(__linux__)
#include <sched.h>
#endif

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>

#include <gdm/core/error.hpp>
#include <gdm/core/parallel.hpp>

GDM_NAMESPACE_BEGIN
namespace mpi {

/// The processes of a job: construct it first in `main`, on every process, and let it go last.
///
/// Functions that take a World are collective: all processes call them, in the same order and with the same arguments.
/// An error in those arguments is thrown on all processes alike, and may be caught. Work that fails on one process alone
/// (a problem's own code throws, memory runs out) ends the job, with that error on standard error. So does an exception
/// that leaves the scope of the World on one process while others wait for it.
class World {
 public:
  /// Starts MPI, unless the program has done so; ends it only if it has started it.
  /// @throws Error [GDM-R503] if MPI runs already, and without threads
  World(int& argc, char**& argv) : World(&argc, &argv, MPI_COMM_WORLD) {}

  /// The processes of `communicator` alone, for programs that started MPI: several jobs side by side, say.
  explicit World(MPI_Comm communicator) : World(nullptr, nullptr, communicator) {}

  World(const World&) = delete;
  World& operator=(const World&) = delete;

  ~World() {
    if (!all_arrive()) abort("an exception ended its part of the job while others wait for it");
    MPI_Comm_free(&end_);
    MPI_Comm_free(&communicator_);
    if (started_) MPI_Finalize();
  }

  [[nodiscard]] int rank() const noexcept { return rank_; }
  [[nodiscard]] int size() const noexcept { return size_; }

  /// The job's processes in a communicator of the library's own, so that no message meets one of the program's.
  [[nodiscard]] MPI_Comm communicator() const noexcept { return communicator_; }

  /// Threads that `wanted` means here: 0 is OMP_NUM_THREADS, or else this process's share of the processors of its
  /// machine, and in any case no more than it is bound to.
  [[nodiscard]] int threads(int wanted) const {
    if (wanted != 0) return wanted;
    const int all = processor_count();
    int most = all;
#if defined(__linux__)
    cpu_set_t bound;
    if (sched_getaffinity(0, sizeof bound, &bound) == 0) most = std::min(all, CPU_COUNT(&bound));
#endif
    const int share = std::getenv("OMP_NUM_THREADS") != nullptr ? thread_count(0) : all / neighbours_;
    return std::clamp(share, 1, std::max(1, most));
  }

  /// Until all processes are here. Who has to wait for long sleeps meanwhile, where MPI's own barrier would keep a core
  /// busy that another process may need.
  void meet() const { (void)wait_for_all(communicator_, forever); }

  /// Work of this process alone: when it throws, the job ends with that error.
  template <class F>
  auto guarded(const F& f) const {
    try {
      return f();
    } catch (const std::exception& error) {
      abort(error.what());
    } catch (...) {
      abort("an exception that is no std::exception");
    }
  }

  /// Ends all processes of the job, after saying why.
  [[noreturn]] void abort(std::string_view why) const {
    if (why.starts_with("gdm: ")) why.remove_prefix(5);
    std::fprintf(stderr, "gdm: process %d of %d: %.*s\n", rank_, size_, static_cast<int>(why.size()), why.data());
    std::fflush(stderr);
    MPI_Abort(communicator_, 1);
    std::terminate();
  }

 private:
  World(int* argc, char*** argv, MPI_Comm communicator) : exceptions_(std::uncaught_exceptions()) {
    int running = 0, level = 0;
    MPI_Initialized(&running);
    if (running != 0) {
      MPI_Query_thread(&level);
    } else {
      MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &level);
      started_ = true;
    }
    if (level < MPI_THREAD_FUNNELED) {
      throw Error(Errc::mpi_threads, "gdm::mpi::World", "MPI runs at a thread level below MPI_THREAD_FUNNELED",
                  "Call MPI_Init_thread with that level, or leave the start to World");
    }
    MPI_Comm_dup(communicator, &communicator_);
    MPI_Comm_dup(communicator, &end_);
    MPI_Comm_rank(communicator_, &rank_);
    MPI_Comm_size(communicator_, &size_);
    MPI_Comm machine;
    MPI_Comm_split_type(communicator_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &machine);
    MPI_Comm_size(machine, &neighbours_);
    MPI_Comm_free(&machine);
  }

  /// Whether all processes have come to the end of their World. A process that an exception has brought here waits for
  /// a moment only: the others may wait for it elsewhere.
  [[nodiscard]] bool all_arrive() const {
    const bool unwinding = std::uncaught_exceptions() > exceptions_;
    return wait_for_all(end_, unwinding ? std::chrono::seconds(2) : forever);
  }

  static constexpr std::chrono::seconds forever = std::chrono::hours(1'000'000);

  /// Whether all have come before `patience` ran out.
  static bool wait_for_all(MPI_Comm communicator, std::chrono::microseconds patience) {
    using namespace std::chrono_literals;
    const auto start = std::chrono::steady_clock::now();
    MPI_Request request;
    MPI_Ibarrier(communicator, &request);
    for (;;) {
      int done = 0;
      MPI_Test(&request, &done, MPI_STATUS_IGNORE);
      if (done != 0) return true;
      const auto waited = std::chrono::steady_clock::now() - start;
      if (waited > patience) return false;
      if (waited > 10ms) {
        std::this_thread::sleep_for(500us);
      } else if (waited > 100us) {
        std::this_thread::yield();
      }
    }
  }

  MPI_Comm communicator_ = MPI_COMM_NULL;
  MPI_Comm end_ = MPI_COMM_NULL;  ///< where processes meet that leave
  int rank_ = 0, size_ = 1;
  int neighbours_ = 1;  ///< processes on this machine
  bool started_ = false;
  int exceptions_;
};

namespace detail {

template <class S>
MPI_Datatype number_type() {
  if constexpr (std::is_same_v<S, float>) {
    return MPI_FLOAT;
  } else {
    static_assert(std::is_same_v<S, double>);
    return MPI_DOUBLE;
  }
}

/// The leader's bytes to all, however many they are: MPI counts with ints.
inline void broadcast(const World& world, std::span<std::byte> bytes) {
  constexpr std::size_t most = std::size_t{1} << 30;
  for (std::size_t begin = 0; begin < bytes.size(); begin += most) {
    const std::size_t count = std::min(most, bytes.size() - begin);
    MPI_Bcast(bytes.data() + begin, static_cast<int>(count), MPI_BYTE, 0, world.communicator());
  }
}

}  // namespace detail
}  // namespace mpi
GDM_NAMESPACE_END
