// SPDX-License-Identifier: MIT
/// @file
/// @brief What the tests of a job share.
#pragma once

#include <gdm/mpi/world.hpp>

/// The processes that run the tests.
const gdm::mpi::World& job_world();
