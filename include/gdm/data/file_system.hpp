// SPDX-License-Identifier: MIT
/// @file
/// @brief The few calls to the operating system that files are read and replaced with, as a policy.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

/// What the operating system says of a file.
struct FileStatus {
  bool regular = false;    ///< an ordinary file: no folder, pipe, socket or device
  std::uint64_t size = 0;  ///< bytes
  std::uint32_t mode = 0;  ///< permission bits
};

/// A file system: a type of its own so that a test can make the k-th call fail.
///
/// | requirement                      | meaning                                                               |
/// |----------------------------------|-----------------------------------------------------------------------|
/// | `Handle`                         | an open file                                                          |
/// | `status(path, FileStatus&)`      | of the file that a path leads to, through symbolic links              |
/// | `status(handle, FileStatus&)`    | of an open file                                                       |
/// | `open(path, Handle&)`            | for reading; never waits, not even for a pipe                         |
/// | `create(path, mode, Handle&)`    | for writing; `EEXIST` if the name is taken                            |
/// | `set_mode(handle, mode)`         | permission bits, whatever the umask                                   |
/// | `read(handle, bytes)`            | bytes read, fewer than asked for at will, 0 at the end                |
/// | `write(handle, bytes)`           | bytes written, fewer than asked for at will                           |
/// | `sync(handle)`                   | data and size have reached the device                                 |
/// | `close(handle)`                  | the handle is gone whatever the answer                                |
/// | `rename(from, to)`               | replaces `to` in one step                                             |
/// | `sync_folder(path)`              | names in the folder have reached the device                           |
/// | `remove(path)`                   | the name is gone                                                      |
///
/// `read` and `write` answer a count or minus an errno, all others 0 or an errno; none throws.
template <class Fs>
concept FileSystem = requires(Fs& fs, typename Fs::Handle handle, typename Fs::Handle& opened,
                              const std::filesystem::path& path, FileStatus& status, std::span<std::byte> out,
                              std::span<const std::byte> in) {
  { fs.status(path, status) } -> std::same_as<int>;
  { fs.status(handle, status) } -> std::same_as<int>;
  { fs.open(path, opened) } -> std::same_as<int>;
  { fs.create(path, std::uint32_t{}, opened) } -> std::same_as<int>;
  { fs.set_mode(handle, std::uint32_t{}) } -> std::same_as<int>;
  { fs.read(handle, out) } -> std::same_as<std::ptrdiff_t>;
  { fs.write(handle, in) } -> std::same_as<std::ptrdiff_t>;
  { fs.sync(handle) } -> std::same_as<int>;
  { fs.close(handle) } -> std::same_as<int>;
  { fs.rename(path, path) } -> std::same_as<int>;
  { fs.sync_folder(path) } -> std::same_as<int>;
  { fs.remove(path) } -> std::same_as<int>;
};

/// The file system of a POSIX system.
class PosixFileSystem {
 public:
  using Handle = int;

  int status(const std::filesystem::path& path, FileStatus& out) noexcept {
    struct ::stat found = {};
    return answer(::stat(path.c_str(), &found), found, out);
  }
  int status(Handle handle, FileStatus& out) noexcept {
    struct ::stat found = {};
    return answer(::fstat(handle, &found), found, out);
  }
  int open(const std::filesystem::path& path, Handle& out) noexcept {
    out = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return answer(out);
  }
  int create(const std::filesystem::path& path, std::uint32_t mode, Handle& out) noexcept {
    out = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    return answer(out);
  }
  int set_mode(Handle handle, std::uint32_t mode) noexcept { return answer(::fchmod(handle, mode)); }
  std::ptrdiff_t read(Handle handle, std::span<std::byte> out) noexcept {
    const auto count = ::read(handle, out.data(), out.size());
    return count < 0 ? -errno : count;
  }
  std::ptrdiff_t write(Handle handle, std::span<const std::byte> bytes) noexcept {
    const auto count = ::write(handle, bytes.data(), bytes.size());
    return count < 0 ? -errno : count;
  }
  int sync(Handle handle) noexcept { return answer(::fsync(handle)); }
  int close(Handle handle) noexcept { return answer(::close(handle)); }
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) noexcept {
    return answer(::rename(from.c_str(), to.c_str()));
  }
  int sync_folder(const std::filesystem::path& folder) noexcept {
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) {
      return errno;
    }
    const int error = answer(::fsync(handle));
    ::close(handle);
    return error == EINVAL ? 0 : error;  // some file systems have no such thing as unwritten names
  }
  int remove(const std::filesystem::path& path) noexcept { return answer(::unlink(path.c_str())); }

 private:
  static int answer(int result) noexcept { return result < 0 ? errno : 0; }
  static int answer(int result, const struct ::stat& found, FileStatus& out) noexcept {
    if (result < 0) {
      return errno;
    }
    out = {S_ISREG(found.st_mode), static_cast<std::uint64_t>(found.st_size), found.st_mode & 07777U};
    return 0;
  }
};
static_assert(FileSystem<PosixFileSystem>);

/// Where an output goes.
struct OutputPath {
  std::filesystem::path path;  ///< links followed
  bool stream = false;         ///< a pipe, a device, or a file that a process holds open: written to, not replaced
};

/// Follows the links of an output's path, so that what they lead to is replaced and not they themselves. A link of the
/// system's own, as /dev/stdout or one in /proc/self/fd, leads to a file that is open: a new file in its place would
/// never reach whoever opened it.
GDM_COLD [[nodiscard]] inline OutputPath resolve_output(std::filesystem::path path) {
  namespace fs = std::filesystem;
  std::error_code error;
  for (int links = 0; links < 40 && fs::is_symlink(path, error); ++links) {
    const fs::path folder = fs::weakly_canonical(path.has_parent_path() ? path.parent_path() : fs::path("."), error);
    const std::string place = folder.string() + "/";
    if (place.starts_with("/proc/") || (place.starts_with("/dev/") && !place.starts_with("/dev/shm/"))) {
      return {path, true};
    }
    const fs::path target = fs::read_symlink(path, error);
    if (error) break;
    path = target.is_absolute() ? target : path.parent_path() / target;
  }
  const fs::file_type type = fs::status(path, error).type();
  return {path, type == fs::file_type::fifo || type == fs::file_type::character || type == fs::file_type::socket};
}

GDM_NAMESPACE_END
