// SPDX-License-Identifier: MIT
/// @file
/// @brief The processes that a tool runs on: those of mpirun where it was built with MPI, else itself alone.
#pragma once

#include <algorithm>
#include <gdm/gdm.hpp>
#include <optional>

#if defined(GDM_EXAMPLE_MPI)
#include <cstdlib>
#include <gdm/mpi.hpp>
#endif

namespace example {

/// The library's functions on one or many processes, with the same results. All processes call them alike; the first one
/// alone speaks and writes.
class Job {
 public:
#if defined(GDM_EXAMPLE_MPI)
  Job(int& argc, char**& argv) {
    if (launched()) world_.emplace(argc, argv);
  }
#else
  Job(int&, char**&) {}
#endif

  [[nodiscard]] int rank() const {
#if defined(GDM_EXAMPLE_MPI)
    if (world_) return world_->rank();
#endif
    return 0;
  }
  [[nodiscard]] int size() const {
#if defined(GDM_EXAMPLE_MPI)
    if (world_) return world_->size();
#endif
    return 1;
  }
  [[nodiscard]] bool first() const { return rank() == 0; }

  /// What the first process says.
  [[nodiscard]] bool of_first(bool own) const {
    int said = own ? 1 : 0;
#if defined(GDM_EXAMPLE_MPI)
    if (world_) MPI_Bcast(&said, 1, MPI_INT, 0, world_->communicator());
#endif
    return said != 0;
  }

  /// f() on every process; when it throws on one, all throw.
  template <class F>
  auto together(const F& f) const {
#if defined(GDM_EXAMPLE_MPI)
    if (world_) return gdm::mpi::together(*world_, f);
#endif
    return f();
  }

  template <class P>
  [[nodiscard]] gdm::Dataset<P> generate(std::size_t n, std::uint64_t seed) const {
#if defined(GDM_EXAMPLE_MPI)
    if (world_) return gdm::mpi::generate<P>(*world_, n, seed);
#endif
    return gdm::generate<P>(n, seed);
  }

  /// The exact solutions of all conditions, each process computing a share of the rows.
  template <class P>
  void label(gdm::Dataset<P>& data, int threads) const {
    const std::size_t processes = static_cast<std::size_t>(size());
    data.solutions.resize({data.size(), static_cast<std::size_t>(gdm::ProblemTraits<P>::solution_size)});
    const auto first_of = [&](std::size_t process) { return process * data.size() / processes; };
    const std::size_t begin = first_of(static_cast<std::size_t>(rank()));
    const std::size_t end = first_of(static_cast<std::size_t>(rank()) + 1);
    together([&] {
      gdm::parallel_for(static_cast<int>(end - begin), threads_of(threads), [&](int i) {
        const std::size_t row = begin + static_cast<std::size_t>(i);
        gdm::set_row(data.solutions, row, typename P::Solution(P::optimal(data.condition(row))));
      });
    });
#if defined(GDM_EXAMPLE_MPI)
    const std::size_t width = data.solutions.shape(1);
    for (std::size_t process = 0; world_ && process < processes; ++process) {
      const std::size_t from = first_of(process), to = first_of(process + 1);
      MPI_Bcast(data.solutions.data() + from * width, static_cast<int>((to - from) * width), MPI_DOUBLE,
                static_cast<int>(process), world_->communicator());
    }
#endif
  }

  template <class Optimizer, class P, class... Callbacks>
  gdm::TrainReport train(Optimizer& optimizer, const gdm::Dataset<P>& data,
                         const typename Optimizer::TrainOptions& options, Callbacks&&... callbacks) const {
#if defined(GDM_EXAMPLE_MPI)
    if (world_) return gdm::mpi::train(*world_, optimizer, data, options, callbacks...);
#endif
    return optimizer.train(data, options, callbacks...);
  }

  template <class Optimizer, class P>
  [[nodiscard]] gdm::Evaluation evaluate(const Optimizer& optimizer, const gdm::Dataset<P>& data) const {
#if defined(GDM_EXAMPLE_MPI)
    if (world_) return gdm::mpi::evaluate(*world_, optimizer, data);
#endif
    return gdm::evaluate(optimizer, data);
  }

 private:
  [[nodiscard]] int threads_of(int wanted) const {
#if defined(GDM_EXAMPLE_MPI)
    if (world_) return world_->threads(wanted);
#endif
    return gdm::thread_count(wanted);
  }

#if defined(GDM_EXAMPLE_MPI)
  /// Whether mpirun or srun has started this process. Without one the tool leaves MPI alone: it would be a job of one, and
  /// take a moment to start.
  static bool launched() {
    constexpr const char* names[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE",
                                     "MV2_COMM_WORLD_SIZE"};
    return std::any_of(std::begin(names), std::end(names),
                       [](const char* name) { return std::getenv(name) != nullptr; });
  }
  std::optional<gdm::mpi::World> world_;
#endif
};

}  // namespace example
