// SPDX-License-Identifier: MIT
/// @file
/// @brief Replaces the global operators new and delete of a benchmark program by ones that count; include it once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace bench {

/// Bytes that the program has asked for so far.
inline std::atomic<std::size_t> allocated_bytes{0};

inline void* allocate(std::size_t size, std::size_t alignment) {
  allocated_bytes.fetch_add(size, std::memory_order_relaxed);
  if (void* block = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)) return block;
  throw std::bad_alloc{};
}

}  // namespace bench

void* operator new(std::size_t size) { return bench::allocate(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return bench::allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }
