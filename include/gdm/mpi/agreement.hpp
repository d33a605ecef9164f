// SPDX-License-Identifier: MIT
/// @file
/// @brief Errors and numbers that all processes of a job agree on.
#pragma once

#include <array>
#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gdm/mpi/world.hpp>

GDM_NAMESPACE_BEGIN
namespace mpi::detail {

/// Throws on all processes if one of them met an error: its own there, that of the first such process elsewhere.
inline void agree_on_error(const World& world, const std::exception_ptr& own) {
  world.meet();  // a checkpoint or a callback may take the leader long
  const int none = world.size();
  int first = own ? world.rank() : none;
  MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN, world.communicator());
  if (first == none) return;
  std::string text;
  std::array<std::uint64_t, 2> head{};  // code, length
  if (world.rank() == first) {
    Errc code = Errc::process_failed;
    try {
      std::rethrow_exception(own);
    } catch (const Error& error) {
      code = error.code();
      text = error.what();
    } catch (const std::exception& error) {
      text = Error(code, "process " + std::to_string(first), error.what(), "See to it there").what();
    } catch (...) {
      text =
          Error(code, "process " + std::to_string(first), "an exception that is no std::exception", "See to it there")
              .what();
    }
    head = {static_cast<std::uint64_t>(code), text.size()};
  }
  MPI_Bcast(head.data(), 2, MPI_UINT64_T, first, world.communicator());
  text.resize(static_cast<std::size_t>(head[1]));
  MPI_Bcast(text.data(), static_cast<int>(text.size()), MPI_CHAR, first, world.communicator());
  if (own) std::rethrow_exception(own);
  throw Error::relayed(static_cast<Errc>(head[0]), text);
}

/// @throws Error [GDM-R501] on all processes unless all have the same number
inline void require_same(const World& world, const char* what, std::uint64_t number) {
  std::vector<std::uint64_t> all(static_cast<std::size_t>(world.size()));
  MPI_Allgather(&number, 1, MPI_UINT64_T, all.data(), 1, MPI_UINT64_T, world.communicator());
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i] == all[0]) continue;
    throw Error(
        Errc::processes_differ, what, "process " + std::to_string(i) + " has others than process 0",
        "Call it on all processes with the same arguments, and run all on processors of one kind with one binary");
  }
}

}  // namespace mpi::detail

namespace mpi {

/// f() on every process, and its result; when it throws on one, all throw: what one process reads from a file, say, and the
/// others wait for.
template <class F>
auto together(const World& world, const F& f) {
  using Result = std::invoke_result_t<F>;
  std::exception_ptr error;
  const auto attempt = [&](const auto& work) {
    try {
      work();
    } catch (...) {
      error = std::current_exception();
    }
    detail::agree_on_error(world, error);
  };
  if constexpr (std::is_void_v<Result>) {
    attempt(f);
  } else {
    std::optional<Result> result;
    attempt([&] { result.emplace(f()); });
    return std::move(*result);
  }
}

}  // namespace mpi
GDM_NAMESPACE_END
