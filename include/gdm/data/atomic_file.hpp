// SPDX-License-Identifier: MIT
/// @file
/// @brief Replace a file so that a failure, a crash or a power cut leaves the old one whole or the new one whole.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <gdm/core/error.hpp>
#include <gdm/data/file_system.hpp>

GDM_NAMESPACE_BEGIN

namespace detail {

/// A system call again, for as long as a signal interrupts it.
template <class Call>
int uninterrupted(Call&& call) {
  int error = call();
  while (error == EINTR) {
    error = call();
  }
  return error;
}

/// A file under a name of its own beside `path`, removed unless it takes `path`'s place.
template <FileSystem Fs>
class TemporaryFile {
 public:
  GDM_COLD TemporaryFile(Fs& fs, const std::filesystem::path& path) : fs_(fs), path_(path) {
    const OutputPath output = resolve_output(path);
    if (output.stream) {
      throw Error(Errc::file_io, path_.string(), "this is not a regular file but a pipe, a device or a file held open",
                  "Give the path of an ordinary file, or of one that does not exist yet");
    }
    path_ = output.path;
    FileStatus previous;
    const int found = uninterrupted([&] { return fs_.status(path_, previous); });
    if (found != 0 && found != ENOENT) {
      fail("examining the previous file", found);
    }
    if (found == 0 && !previous.regular) {
      throw Error(Errc::file_io, path_.string(), "this is not a regular file",
                  "Give the path of an ordinary file, or of one that does not exist yet");
    }
    // Never more open than the file that it replaces, not even for a moment.
    const std::uint32_t mode = found == 0 ? 0600U : 0666U;
    int error = EEXIST;
    for (int attempt = 0; attempt < 100 && error == EEXIST; ++attempt) {
      temporary_ = unused_name();
      error = uninterrupted([&] { return fs_.create(temporary_, mode, handle_); });
    }
    if (error != 0) {
      fail("creating a temporary file", error);
    }
    exists_ = open_ = true;
    if (found == 0) {
      if (const int refused = uninterrupted([&] { return fs_.set_mode(handle_, previous.mode); }); refused != 0) {
        give_up("setting the mode of the temporary file", refused);
      }
    }
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { discard(); }

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const std::ptrdiff_t count = fs_.write(handle_, bytes);
      if (count > 0) {
        bytes = bytes.subspan(static_cast<std::size_t>(count));
      } else if (count != -EINTR) {
        give_up("writing the temporary file", count == 0 ? EIO : static_cast<int>(-count));
      }
    }
  }
  /// Data before name: a crash must not show an empty file.
  GDM_COLD void take_its_place() {
    if (const int error = uninterrupted([&] { return fs_.sync(handle_); }); error != 0) {
      give_up("fsync of the temporary file", error);
    }
    open_ = false;
    if (const int error = fs_.close(handle_); error != 0 && error != EINTR) {
      give_up("closing the temporary file", error);
    }
    if (const int error = fs_.rename(temporary_, path_); error != 0) {
      give_up("renaming the temporary file", error);
    }
    exists_ = false;
    const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
    if (const int error = uninterrupted([&] { return fs_.sync_folder(folder); }); error != 0) {
      throw Error(Errc::file_io, path_.string(), "fsync of the folder failed: " + text(error),
                  "The new file is in place and whole, but a power cut may bring back the old one; save again");
    }
  }

 private:
  static std::string text(int error) { return std::generic_category().message(error); }

  /// Short enough for any file system whatever the length of the file's own name.
  GDM_COLD std::filesystem::path unused_name() const {
    static std::atomic<std::uint64_t> counter{0};
    return path_.parent_path() / (path_.filename().native().substr(0, 200) + ".tmp-" + std::to_string(::getpid()) +
                                  "-" + std::to_string(counter.fetch_add(1)));
  }
  int discard() noexcept {
    if (open_) {
      open_ = false;
      (void)fs_.close(handle_);
    }
    if (!exists_) {
      return 0;
    }
    exists_ = false;
    return fs_.remove(temporary_);
  }
  [[noreturn]] void fail(std::string_view step, int error, std::string_view litter = {}) const {
    throw Error(Errc::file_io, path_.string(), std::string(step) + " failed: " + text(error) + std::string(litter),
                "What was there before is unchanged; check that its folder exists, its free space and its permissions");
  }
  [[noreturn]] void give_up(std::string_view step, int error) {
    const bool litter = discard() != 0;
    fail(step, error, litter ? ", and " + temporary_.string() + " could not be removed" : "");
  }

  Fs& fs_;
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  typename Fs::Handle handle_{};
  bool open_ = false;
  bool exists_ = false;
};

}  // namespace detail

/// Replaces the contents of `path`, or creates it: temporary file in the same folder, write, fsync, close, rename,
/// fsync of the folder. The previous file's mode is kept; where `path` is a symbolic link, the file that it leads to is
/// replaced. Any number of processes and threads may do so at once: one of them is last, and its file is whole.
/// @throws Error [GDM-R401] naming the step that failed; nothing is left behind.
template <FileSystem Fs>
GDM_COLD void replace_file(Fs& fs, const std::filesystem::path& path, std::span<const std::byte> bytes) {
  detail::TemporaryFile<Fs> temporary(fs, path);
  temporary.write(bytes);
  temporary.take_its_place();
}

/// Finds out whether `replace_file` may write there, without changing what is there: before hours of work, say.
/// @throws Error [GDM-R401] as `replace_file`
inline void require_replaceable(const std::filesystem::path& path) {
  PosixFileSystem fs;
  const detail::TemporaryFile<PosixFileSystem> unused(fs, path);
}

/// Writes to a pipe, a device or a file held open, behind what is there.
/// @throws Error [GDM-R401] if not all of it gets there
inline void append_to(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  const auto fail = [&](const char* step, int error) {
    return Error(Errc::file_io, path.string(), std::string(step) + " failed: " + std::generic_category().message(error),
                 "Check that it may be written to and that its reader has not ended");
  };
  const int handle = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
  if (handle < 0) throw fail("opening it", errno);
  PosixFileSystem fs;
  int error = 0;
  while (error == 0 && !bytes.empty()) {
    const std::ptrdiff_t count = fs.write(handle, bytes);
    if (count > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    } else if (count != -EINTR) {
      error = count == 0 ? EIO : static_cast<int>(-count);
    }
  }
  const int closed = fs.close(handle);
  if (error == 0 && closed != EINTR) error = closed;
  if (error != 0) throw fail("writing", error);
}

/// `replace_file`, or `append_to` where `path` leads to a pipe, a device or a file held open.
inline void write_output(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  if (resolve_output(path).stream) {
    append_to(path, bytes);
  } else {
    PosixFileSystem fs;
    replace_file(fs, path, bytes);
  }
}

/// @copydoc replace_file
GDM_COLD inline void replace_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  PosixFileSystem fs;
  replace_file(fs, path, bytes);
}

GDM_NAMESPACE_END
