// SPDX-License-Identifier: MIT
#include <gdm/mpi/agreement.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "job_world.hpp"

using doctest::Contains;
namespace mpi = gdm::mpi;

TEST_CASE("a process knows its number and how many there are") {
  const auto& world = job_world();
  int sum = world.rank();
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_INT, MPI_SUM, world.communicator());
  CHECK(sum == world.size() * (world.size() - 1) / 2);
  CHECK(world.threads(3) == 3);
  CHECK(world.threads(0) >= 1);
  CHECK(world.threads(0) <= gdm::processor_count());
}

TEST_CASE("MPI that runs already is left running, and a World may stand on a part of the processes") {
  const auto& world = job_world();
  MPI_Comm half;
  MPI_Comm_split(world.communicator(), world.rank() % 2, world.rank(), &half);
  {
    const mpi::World part(half);
    CHECK(part.size() == (world.size() + 1 - world.rank() % 2) / 2);
    CHECK(part.rank() == world.rank() / 2);
  }
  MPI_Comm_free(&half);
  int ended = 1;
  MPI_Finalized(&ended);
  CHECK(ended == 0);
}

TEST_CASE("an error on one process is an error on all, with the text that it had there") {
  const auto& world = job_world();
  const int last = world.size() - 1;
  const auto fails = [&] {
    if (world.rank() == last) throw gdm::Error(gdm::Errc::infeasible, "row 7", "no power left", "Give some");
    return 5;
  };
  CHECK_THROWS_WITH_AS(mpi::together(world, fails), "gdm: row 7: no power left. Give some. [GDM-R203]", gdm::Error);
  const auto foreign = [&] {
    if (world.rank() == last) throw std::runtime_error("disk on fire");
  };
  if (world.rank() == last) {
    CHECK_THROWS_WITH_AS(mpi::together(world, foreign), "disk on fire", std::runtime_error);
  } else {
    CHECK_THROWS_WITH_AS(mpi::together(world, foreign), Contains("disk on fire. See to it there. [GDM-R502]"),
                         gdm::Error);
  }
  CHECK(mpi::together(world, [&] { return world.rank() + 1; }) == world.rank() + 1);
}

TEST_CASE("what was given to all must be the same") {
  const auto& world = job_world();
  CHECK_NOTHROW(mpi::detail::require_same(world, "rows", 12345678901ULL));
  if (world.size() == 1) return;
  const std::uint64_t number = world.rank() == world.size() - 1 ? 2 : 1;
  CHECK_THROWS_WITH_AS(mpi::detail::require_same(world, "rows", number), Contains("[GDM-R501]"), gdm::Error);
  CHECK_THROWS_WITH_AS(mpi::detail::require_same(world, "rows", number),
                       Contains(("process " + std::to_string(world.size() - 1) + " has others than process 0").c_str()),
                       gdm::Error);
}
