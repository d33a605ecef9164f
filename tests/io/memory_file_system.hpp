// SPDX-License-Identifier: MIT
/// @file
/// @brief A file system whose only file is a run of bytes in memory, for tests that read it thousands of times.
#pragma once

#include <algorithm>
#include <cerrno>
#include <span>

#include <gdm/data/file_system.hpp>

namespace gdm_test {

/// Reads `bytes` whatever the path; everything that would write fails.
class MemoryFileSystem {
 public:
  using Handle = int;

  explicit MemoryFileSystem(std::span<const std::byte> bytes) : bytes_(bytes) {}

  int status(const std::filesystem::path&, gdm::FileStatus& out) noexcept { return status(0, out); }
  int status(Handle, gdm::FileStatus& out) noexcept {
    out = {true, bytes_.size(), 0600};
    return 0;
  }
  int open(const std::filesystem::path&, Handle& out) noexcept {
    position_ = 0;
    out = 0;
    return 0;
  }
  std::ptrdiff_t read(Handle, std::span<std::byte> out) noexcept {
    const std::size_t count = std::min(out.size(), bytes_.size() - position_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(position_), count, out.begin());
    position_ += count;
    return static_cast<std::ptrdiff_t>(count);
  }
  int close(Handle) noexcept { return 0; }

  int create(const std::filesystem::path&, std::uint32_t, Handle&) noexcept { return EROFS; }
  int set_mode(Handle, std::uint32_t) noexcept { return EROFS; }
  std::ptrdiff_t write(Handle, std::span<const std::byte>) noexcept { return -EROFS; }
  int sync(Handle) noexcept { return EROFS; }
  int rename(const std::filesystem::path&, const std::filesystem::path&) noexcept { return EROFS; }
  int sync_folder(const std::filesystem::path&) noexcept { return EROFS; }
  int remove(const std::filesystem::path&) noexcept { return EROFS; }

 private:
  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
};
static_assert(gdm::FileSystem<MemoryFileSystem>);

}  // namespace gdm_test
