// SPDX-License-Identifier: MIT
/// @file
/// @brief Counts the bytes that the program has from operator new; linking counting_allocator.cpp turns it on.
#pragma once

#include <cstddef>

namespace gdm_test {

/// Bytes asked for and not given back yet.
std::size_t bytes_in_use();
/// The most that were in use at once since the last call of `reset_peak`.
std::size_t peak_bytes();
void reset_peak();

}  // namespace gdm_test
