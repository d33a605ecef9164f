// SPDX-License-Identifier: MIT
/// @file
/// @brief The real file system, but for calls that a test wants to fail.
#pragma once

#include <cerrno>
#include <set>

#include <gdm/data/file_system.hpp>

namespace gdm_test {

/// Counts calls and answers those whose number, from 1, is in `fail_at` with `error`. A failing `close` does close.
class FailingFileSystem {
 public:
  using Handle = gdm::PosixFileSystem::Handle;

  std::set<int> fail_at;
  int error = EIO;
  std::size_t write_at_most = SIZE_MAX;  ///< bytes that one call writes
  std::size_t read_at_most = SIZE_MAX;   ///< bytes that one call reads
  int calls = 0;
  int failed = 0;
  int open_handles = 0;

  int status(const std::filesystem::path& path, gdm::FileStatus& out) {
    return fails() ? error : real_.status(path, out);
  }
  int status(Handle handle, gdm::FileStatus& out) { return fails() ? error : real_.status(handle, out); }
  int open(const std::filesystem::path& path, Handle& out) { return fails() ? error : opened(real_.open(path, out)); }
  int create(const std::filesystem::path& path, std::uint32_t mode, Handle& out) {
    return fails() ? error : opened(real_.create(path, mode, out));
  }
  int set_mode(Handle handle, std::uint32_t mode) { return fails() ? error : real_.set_mode(handle, mode); }
  std::ptrdiff_t read(Handle handle, std::span<std::byte> out) {
    return fails() ? -error : real_.read(handle, out.first(std::min(out.size(), read_at_most)));
  }
  std::ptrdiff_t write(Handle handle, std::span<const std::byte> bytes) {
    if (fails()) {  // as a disk that fills up: half of it is there
      (void)real_.write(handle, bytes.first(error == EINTR ? 0 : bytes.size() / 2));
      return -error;
    }
    return real_.write(handle, bytes.first(std::min(bytes.size(), write_at_most)));
  }
  int sync(Handle handle) { return fails() ? error : real_.sync(handle); }
  int close(Handle handle) {
    --open_handles;
    const int answer = real_.close(handle);
    return fails() ? error : answer;
  }
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) {
    return fails() ? error : real_.rename(from, to);
  }
  int sync_folder(const std::filesystem::path& folder) { return fails() ? error : real_.sync_folder(folder); }
  int remove(const std::filesystem::path& path) { return fails() ? error : real_.remove(path); }

 private:
  bool fails() {
    const bool now = fail_at.contains(++calls);
    failed += now ? 1 : 0;
    return now;
  }
  int opened(int answer) {
    open_handles += answer == 0 ? 1 : 0;
    return answer;
  }

  gdm::PosixFileSystem real_;
};
static_assert(gdm::FileSystem<FailingFileSystem>);

}  // namespace gdm_test
