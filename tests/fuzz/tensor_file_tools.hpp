// SPDX-License-Identifier: MIT
/// @file
/// @brief Tensor files written anew, and a file system in memory, so that harnesses get past the checksums and the
/// disk.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include <gdm/io/safetensors.hpp>
#include <gdm/io/safetensors_writer.hpp>

#include "harness.hpp"

namespace gdm_test {

template <gdm::TensorItem T>
void add_copy(gdm::TensorFileWriter& writer, const gdm::TensorFile::View& tensor) {
  std::vector<T> values(tensor.bytes.size() / sizeof(T));
  if (!values.empty()) {
    std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  }
  writer.add<T>(tensor.entry.name, tensor.entry.shape, values);
}

/// A writer of all that is in a file; its checksums are right whether or not those of the file were there.
inline gdm::TensorFileWriter writer_of(const gdm::TensorFile& file) {
  gdm::TensorFileWriter writer;
  for (const auto& [key, value] : file.metadata()) {
    if (!key.starts_with(gdm::checksum_prefix)) {
      writer.set_metadata(key, value);
    }
  }
  for (const gdm::TensorEntry& tensor : file.tensors()) {
    const gdm::TensorFile::View view = file.view(tensor);
    switch (tensor.dtype) {
      case gdm::Dtype::f32:
        add_copy<float>(writer, view);
        break;
      case gdm::Dtype::f64:
        add_copy<double>(writer, view);
        break;
      case gdm::Dtype::i64:
        add_copy<std::int64_t>(writer, view);
        break;
      case gdm::Dtype::u64:
        add_copy<std::uint64_t>(writer, view);
        break;
    }
  }
  return writer;
}

/// The same tensors, bit for bit, and the same metadata but for the checksums; the order of the data may differ.
inline bool same_content(const gdm::TensorFile& a, const gdm::TensorFile& b) {
  const auto metadata = [](const gdm::TensorFile& file) {
    auto entries = file.metadata();
    std::erase_if(entries, [](const auto& entry) { return entry.first.starts_with(gdm::checksum_prefix); });
    return entries;
  };
  return metadata(a) == metadata(b) &&
         std::ranges::equal(a.tensors(), b.tensors(), [&](const gdm::TensorEntry& x, const gdm::TensorEntry& y) {
           return x.name == y.name && x.dtype == y.dtype && x.shape == y.shape &&
                  std::ranges::equal(a.view(x).bytes, b.view(y).bytes);
         });
}

/// One file in memory, whatever the path; it cannot be written.
class MemoryFileSystem {
 public:
  using Handle = int;
  explicit MemoryFileSystem(std::span<const std::byte> bytes) : size_(bytes.size()), rest_(bytes) {}

  int status(const std::filesystem::path&, gdm::FileStatus& out) { return status(0, out); }
  int status(Handle, gdm::FileStatus& out) {
    out = {true, size_, 0600};
    return 0;
  }
  int open(const std::filesystem::path&, Handle& out) { return out = 0; }
  std::ptrdiff_t read(Handle, std::span<std::byte> out) {
    const std::size_t count = std::min(out.size(), rest_.size());
    std::copy_n(rest_.begin(), count, out.begin());
    rest_ = rest_.subspan(count);
    return static_cast<std::ptrdiff_t>(count);
  }
  int close(Handle) { return 0; }
  int create(const std::filesystem::path&, std::uint32_t, Handle&) { return EROFS; }
  int set_mode(Handle, std::uint32_t) { return EROFS; }
  std::ptrdiff_t write(Handle, std::span<const std::byte>) { return -EROFS; }
  int sync(Handle) { return EROFS; }
  int rename(const std::filesystem::path&, const std::filesystem::path&) { return EROFS; }
  int sync_folder(const std::filesystem::path&) { return EROFS; }
  int remove(const std::filesystem::path&) { return EROFS; }

 private:
  std::uint64_t size_;
  std::span<const std::byte> rest_;
};
static_assert(gdm::FileSystem<MemoryFileSystem>);

}  // namespace gdm_test
