// SPDX-License-Identifier: MIT
/// @file
/// @brief A unit for run.cmake to compile with flags and compilers that the library refuses.
#include <gdm/core/vector.hpp>
