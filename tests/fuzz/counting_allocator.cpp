// SPDX-License-Identifier: MIT
/// @file
/// @brief The operators new and delete that count (see counting_allocator.hpp).
#include "counting_allocator.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> in_use{0};
std::atomic<std::size_t> peak{0};

/// Each block stands behind a margin, as wide as its alignment, that ends with its size.
constexpr std::size_t margin_of(std::size_t alignment) { return std::max(alignment, std::size_t{16}); }

void* allocate(std::size_t size, std::size_t alignment) {
  const std::size_t margin = margin_of(alignment);
  if (size > PTRDIFF_MAX - 2 * margin) {
    throw std::bad_alloc();
  }
  auto* const block =
      static_cast<unsigned char*>(std::aligned_alloc(margin, (size + 2 * margin - 1) / margin * margin));
  if (block == nullptr) {
    throw std::bad_alloc();
  }
  *reinterpret_cast<std::size_t*>(block + margin - sizeof(std::size_t)) = size;
  const std::size_t now = in_use += size;
  std::size_t highest = peak;
  while (now > highest && !peak.compare_exchange_weak(highest, now)) {
  }
  return block + margin;
}

void release(void* memory, std::size_t alignment) noexcept {
  if (memory != nullptr) {
    auto* const bytes = static_cast<unsigned char*>(memory);
    in_use -= *reinterpret_cast<std::size_t*>(bytes - sizeof(std::size_t));
    std::free(bytes - margin_of(alignment));
  }
}

}  // namespace

namespace gdm_test {

std::size_t bytes_in_use() { return in_use; }
std::size_t peak_bytes() { return peak; }
void reset_peak() { peak = in_use.load(); }

}  // namespace gdm_test

void* operator new(std::size_t size) { return allocate(size, 1); }
void* operator new[](std::size_t size) { return allocate(size, 1); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept try {
  return allocate(size, 1);
} catch (const std::bad_alloc&) {
  return nullptr;
}
void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept { return operator new(size, tag); }
void operator delete(void* memory) noexcept { release(memory, 1); }
void operator delete[](void* memory) noexcept { release(memory, 1); }
void operator delete(void* memory, std::size_t) noexcept { release(memory, 1); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory, 1); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory, 1); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { release(memory, 1); }
void operator delete(void* memory, std::align_val_t alignment) noexcept {
  release(memory, static_cast<std::size_t>(alignment));
}
void operator delete[](void* memory, std::align_val_t alignment) noexcept {
  release(memory, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept {
  release(memory, static_cast<std::size_t>(alignment));
}
void operator delete[](void* memory, std::size_t, std::align_val_t alignment) noexcept {
  release(memory, static_cast<std::size_t>(alignment));
}
