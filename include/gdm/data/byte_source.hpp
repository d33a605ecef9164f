// SPDX-License-Identifier: MIT
/// @file
/// @brief Bytes of known number to be read in pieces, so that a reader can judge a header before it asks for memory.
#pragma once

#include <algorithm>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <gdm/core/error.hpp>
#include <gdm/data/file_system.hpp>

GDM_NAMESPACE_BEGIN

/// | requirement     | meaning                                                                     |
/// |-----------------|-----------------------------------------------------------------------------|
/// | `label()`       | what to call the source in a message                                        |
/// | `size()`        | all its bytes, fixed when it was opened                                     |
/// | `read(bytes)`   | fills all of `bytes` with what comes next, or throws                        |
/// | `finish()`      | throws unless every byte was read and none came after                       |
template <class S>
concept ByteSource = requires(S& source, std::span<std::byte> out) {
  { source.label() } -> std::convertible_to<std::string_view>;
  { source.size() } -> std::convertible_to<std::uint64_t>;
  source.read(out);
  source.finish();
};

/// Bytes in memory. Readers ask for no more than `size()`, which they check against the header first.
class MemorySource {
 public:
  MemorySource(std::span<const std::byte> bytes, std::string label)
      : rest_(bytes), size_(bytes.size()), label_(std::move(label)) {}

  [[nodiscard]] const std::string& label() const noexcept { return label_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  void read(std::span<std::byte> out) {
    if (out.size() > rest_.size()) {
      throw Error(Errc::file_format, label_, "the bytes end too early", "Fetch or save the file again");
    }
    std::copy_n(rest_.begin(), out.size(), out.begin());
    rest_ = rest_.subspan(out.size());
  }
  GDM_COLD void finish() const {
    if (!rest_.empty()) {
      throw Error(Errc::file_format, label_, std::to_string(rest_.size()) + " bytes follow the end",
                  "Fetch or save the file again");
    }
  }

 private:
  std::span<const std::byte> rest_;
  std::uint64_t size_;
  std::string label_;
};

/// A regular file, open for as long as the object lives. Folders, pipes and devices are refused at once, without
/// waiting on them, and so is a file whose size changes while it is read.
template <FileSystem Fs>
class FileSource {
 public:
  /// @throws Error [GDM-R401]
  GDM_COLD FileSource(Fs& fs, const std::filesystem::path& path) : fs_(fs), label_(path.string()) {
    if (const int error = fs_.open(path, handle_); error != 0) {
      fail("opening the file", error);
    }
    FileStatus status;
    if (const int error = fs_.status(handle_, status); error != 0) {
      (void)fs_.close(handle_);
      fail("examining the file", error);
    }
    if (!status.regular) {
      (void)fs_.close(handle_);
      throw Error(Errc::file_io, label_, "this is not a regular file",
                  "Give the path of an ordinary file, or read a pipe as a stream");
    }
    size_ = status.size;
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() { (void)fs_.close(handle_); }

  [[nodiscard]] const std::string& label() const noexcept { return label_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// @throws Error [GDM-R401]
  void read(std::span<std::byte> out) {
    while (!out.empty()) {
      const std::size_t count = read_some(out);
      if (count == 0) {
        throw_changed("shorter");
      }
      out = out.subspan(count);
    }
  }
  /// @throws Error [GDM-R401]
  GDM_COLD void finish() {
    std::byte next{};
    if (read_some({&next, 1}) != 0) {
      throw_changed("longer");
    }
  }

 private:
  std::size_t read_some(std::span<std::byte> out) {
    std::ptrdiff_t count = fs_.read(handle_, out);
    while (count == -EINTR) {
      count = fs_.read(handle_, out);
    }
    if (count < 0) {
      fail("reading the file", static_cast<int>(-count));
    }
    return static_cast<std::size_t>(count);
  }
  [[noreturn]] void fail(std::string_view step, int error) const {
    throw Error(Errc::file_io, label_, std::string(step) + " failed: " + std::generic_category().message(error),
                "Check that the path is right and that the file may be read");
  }
  [[noreturn]] void throw_changed(std::string_view how) const {
    throw Error(
        Errc::file_io, label_,
        "the file became " + std::string(how) + " than its " + std::to_string(size_) + " bytes while it was being read",
        "Wait until its writer has finished, then read it again");
  }

  Fs& fs_;
  std::string label_;
  typename Fs::Handle handle_{};
  std::uint64_t size_ = 0;
};

/// What `make()` returns, with running out of memory reported as an error that says for what.
/// @throws Error [GDM-R401]
template <class Make>
auto allocate_for(std::string_view label, std::uint64_t bytes, Make&& make) {
  const auto fail = [&] {
    return Error(Errc::file_io, label, std::to_string(bytes) + " bytes of memory for its contents are not available",
                 "Free some memory or give less data");
  };
  try {
    return make();
  } catch (const std::bad_alloc&) {
    throw fail();
  } catch (const std::length_error&) {
    throw fail();
  }
}

GDM_NAMESPACE_END
