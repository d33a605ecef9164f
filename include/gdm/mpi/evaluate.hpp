// SPDX-License-Identifier: MIT
/// @file
/// @brief Answers to many instances, and how good they are, from all processes of a job.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include <gdm/analysis/evaluation.hpp>
#include <gdm/mpi/agreement.hpp>

GDM_NAMESPACE_BEGIN
namespace mpi {

/// `optimizer.solve_batch(conditions, options)`, bit for bit and on every process; each solves its share of the rows.
/// @param optimizer  with the same weights on all processes
/// @throws Error as `solve_batch`, on all processes
template <class Optimizer>
[[nodiscard]] xt::xtensor<double, 2> solve_batch(const World& world, const Optimizer& optimizer,
                                                 const xt::xtensor<double, 2>& conditions,
                                                 typename Optimizer::SolveOptions options = {}) {
  const std::size_t n = conditions.shape(0), processes = static_cast<std::size_t>(world.size());
  detail::require_same(world, "mpi::solve_batch: number of rows", n);
  options.threads = world.threads(options.threads);
  const auto first = [&](std::size_t process) { return process * n / processes; };
  const std::size_t rank = static_cast<std::size_t>(world.rank()), begin = first(rank), end = first(rank + 1);
  options.seed += begin;
  const auto own = together(world, [&] { return optimizer.solve_batch(rows_of(conditions, begin, end), options); });
  const std::size_t width = own.shape(1);
  xt::xtensor<double, 2> all;
  all.resize({n, width});
  std::copy(own.data(), own.data() + own.size(), all.data() + begin * width);
  std::vector<int> counts, begins;
  for (std::size_t i = 0; i < processes; ++i) {
    counts.push_back(static_cast<int>(first(i + 1) - first(i)));
    begins.push_back(static_cast<int>(first(i)));
  }
  MPI_Datatype row;  // MPI counts with ints: rows, not numbers
  MPI_Type_contiguous(static_cast<int>(width), MPI_DOUBLE, &row);
  MPI_Type_commit(&row);
  MPI_Allgatherv(MPI_IN_PLACE, 0, row, all.data(), counts.data(), begins.data(), row, world.communicator());
  MPI_Type_free(&row);
  return all;
}

/// `gdm::evaluate(optimizer, data, options)` with the answers from all processes; the result is on every process.
/// @throws Error as `evaluate`, on all processes
template <class Optimizer, class P>
[[nodiscard]] Evaluation evaluate(const World& world, const Optimizer& optimizer, const Dataset<P>& data,
                                  const typename Optimizer::SolveOptions& options = {}) {
  const auto solutions = mpi::solve_batch(world, optimizer, data.conditions, options);
  return together(world, [&] { return evaluate_solutions(data, solutions); });
}

}  // namespace mpi
GDM_NAMESPACE_END
