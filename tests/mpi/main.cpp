// SPDX-License-Identifier: MIT
/// @file
/// @brief Runs the test cases on all processes of a job at once: every process checks, and one that fails fails the job.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "job_world.hpp"

namespace {
const gdm::mpi::World* the_world = nullptr;
}

const gdm::mpi::World& job_world() { return *the_world; }

int main(int argc, char** argv) {
  const gdm::mpi::World world(argc, argv);
  the_world = &world;
  return doctest::Context(argc, argv).run();
}
