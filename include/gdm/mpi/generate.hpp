// SPDX-License-Identifier: MIT
/// @file
/// @brief Instances and their labels from all processes of a job.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include <gdm/data/dataset.hpp>
#include <gdm/mpi/agreement.hpp>
#include <gdm/mpi/rows.hpp>

GDM_NAMESPACE_BEGIN
namespace mpi {

/// `gdm::generate<P>(n, seed)`, bit for bit and on every process, each row computed once on one of them. Rows are dealt
/// out while they are computed, so that labels may take unequal times.
/// @param threads  of this process; 0 = its share of its machine
/// @throws Error as `generate`, on all processes. A row whose instance or label throws ends the job with that error.
template <class P>
[[nodiscard]] Dataset<P> generate(const World& world, std::size_t n, std::uint64_t seed, int threads = 0) {
  if constexpr (gdm::detail::check_generated<P>()) {
    detail::require_same(world, "mpi::generate: number of rows", n);
    detail::require_same(world, "mpi::generate: seed", seed);
    auto data = together(world, [&] { return gdm::detail::empty_rows<P>(n); });
    const std::array<RowTable, 2> tables{
        {{data.conditions.data(), static_cast<std::size_t>(ProblemTraits<P>::condition_size)},
         {data.solutions.data(), static_cast<std::size_t>(ProblemTraits<P>::solution_size)}}};
    detail::deal_rows(world, n, world.threads(threads), tables, [&](std::uint64_t row) {
      try {
        gdm::detail::generate_row(data, static_cast<std::size_t>(row), seed);
      } catch (const Error& error) {
        throw error.within("generate, row " + std::to_string(row));
      }
    });
    return data;
  } else {
    return {};
  }
}

}  // namespace mpi
GDM_NAMESPACE_END
