// SPDX-License-Identifier: MIT
/// @file
/// @brief Tensor files written anew with right checksums, so that harnesses get past those.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include <gdm/io/safetensors.hpp>
#include <gdm/io/safetensors_writer.hpp>

#include "../io/memory_file_system.hpp"
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

}  // namespace gdm_test
