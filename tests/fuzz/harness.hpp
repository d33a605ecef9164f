// SPDX-License-Identifier: MIT
/// @file
/// @brief What every fuzz harness must say, and the small tools with which they say it.
///
/// A harness defines `LLVMFuzzerTestOneInput`, in which a reader may throw gdm::Error and nothing else, and
/// `memory_allowance`. A file `<name>_fuzz.cpp` in this folder becomes a libFuzzer program and, with the inputs in
/// `corpus/<name>/`, an ordinary test (see replay_main.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <utility>

#include <gdm/core/error.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Bytes of memory that reading an input of `size` bytes may take at once, the input itself left out.
std::size_t memory_allowance(std::size_t size);

namespace gdm_test {

/// Ends the program, which both libFuzzer and the replay report as a finding, unless `condition` holds.
inline void require(bool condition, const char* what) {
  if (!condition) {
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
  }
}

/// Whether `read` refuses its input in the one way that is allowed.
template <class Read>
bool refuses(Read&& read) {
  try {
    std::forward<Read>(read)();
    return false;
  } catch (const gdm::Error&) {
    return true;
  }
}

inline std::span<const std::byte> bytes_of(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

}  // namespace gdm_test
