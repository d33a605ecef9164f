// SPDX-License-Identifier: MIT
/// @file
/// @brief Writes a file of named tensors in the safetensors format, with checksums (format: see safetensors.hpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gdm/data/atomic_file.hpp>
#include <gdm/io/safetensors.hpp>

GDM_NAMESPACE_BEGIN

/// Collects tensors and metadata, then writes them. The same content gives the same bytes. What it refuses is just
/// what `TensorFile` would refuse to read.
class TensorFileWriter {
 public:
  /// @throws Error [GDM-R201] if the key is taken, or reserved for a checksum
  GDM_COLD void set_metadata(std::string key, std::string value) {  // NOLINT(performance-unnecessary-value-param)
    if (key.starts_with(checksum_prefix)) {
      throw refusal("metadata " + in_quotes(key), "the key is reserved for a checksum");
    }
    if (detail::find_by_name(metadata_, key, &MetadataEntry::first) != nullptr) {
      throw refusal("metadata " + in_quotes(key), "the key is taken");
    }
    detail::insert_by_name(metadata_, {std::move(key), std::move(value)}, &MetadataEntry::first);
  }

  /// Copies `values`, last index fastest.
  /// @throws Error [GDM-R201] if the name is taken or reserved, the size does not fit the shape or a value is not
  /// finite
  template <TensorItem T>
  void add(std::string name, const TensorShape& shape, std::span<const T> values) {
    add(std::move(name), dtype_of<T>, shape, std::as_bytes(values));
  }

  /// The whole file.
  /// @throws Error [GDM-R201] if there is more in the header than the format allows
  GDM_COLD [[nodiscard]] std::vector<std::byte> bytes() const {
    std::vector<TensorEntry> entries;
    std::vector<const Tensor*> order;
    for (const std::uint64_t width : {8U, 4U}) {
      for (const Tensor& tensor : tensors_)
        if (dtype_bytes(tensor.dtype) == width) order.push_back(&tensor);
    }
    std::uint64_t position = 0;
    std::vector<MetadataEntry> metadata = metadata_;
    for (const Tensor* const tensor : order) {
      const std::uint64_t end = position + tensor->bytes.size();
      entries.push_back({tensor->name, tensor->shape, position, end, tensor->dtype});
      detail::insert_by_name(metadata,
                             {std::string(checksum_prefix) + tensor->name, checksum_text(Crc32().add(tensor->bytes))},
                             &MetadataEntry::first);
      position = end;
    }
    const std::string json = header_text(entries, std::move(metadata), position);

    std::vector<std::byte> out(8 + json.size() + detail::to_size(position));
    const std::uint64_t length = json.size();
    std::memcpy(out.data(), &length, 8);
    std::memcpy(out.data() + 8, json.data(), json.size());
    auto at = out.begin() + static_cast<std::ptrdiff_t>(8 + json.size());
    for (const Tensor* const tensor : order) {
      at = std::copy(tensor->bytes.begin(), tensor->bytes.end(), at);
    }
    return out;
  }

  /// Replaces the file at `path`, or creates it, as `replace_file` does: after a failure the old file is there.
  /// @throws Error [GDM-R401] if the file cannot be written, [GDM-R201] as `bytes`
  template <FileSystem Fs>
  GDM_COLD void save(Fs& fs, const std::filesystem::path& path) const {
    replace_file(fs, path, bytes());
  }
  /// @copydoc save
  GDM_COLD void save(const std::filesystem::path& path) const { replace_file(path, bytes()); }

 private:
  struct Tensor {
    std::string name;
    Dtype dtype = Dtype::f32;
    TensorShape shape;
    std::vector<std::byte> bytes;
  };

  GDM_COLD static Error refusal(const std::string& where, const std::string& found) {
    return {Errc::invalid_argument, "TensorFileWriter: " + where, found,
            "Give finite numbers, as many as the shape says, under unused names"};
  }

  GDM_COLD void add(std::string name, Dtype dtype, const TensorShape& shape, std::span<const std::byte> bytes) {
    const std::string where = "tensor " + in_quotes(name);
    if (name == "__metadata__") {
      throw refusal(where, "the name is reserved");
    }
    for (const Tensor& tensor : tensors_) {
      if (tensor.name == name) throw refusal(where, "the name is taken");
    }
    const std::uint64_t item = dtype_bytes(dtype);
    if (checked_bytes(shape.extents(), item, bytes.size()) != bytes.size()) {
      throw refusal(where, std::to_string(bytes.size() / item) + " numbers for shape " + shape.text());
    }
    if (const auto [value, at] = first_not_finite(dtype, bytes); !has_finite_bits(value)) {
      throw refusal(where, "element " + std::to_string(at) + " is " + to_text(value));
    }
    tensors_.push_back({std::move(name), dtype, shape, {bytes.begin(), bytes.end()}});
  }

  /// @param tensors   in the order of their data
  /// @param metadata  in the order of the keys
  GDM_COLD static std::string header_text(const std::vector<TensorEntry>& tensors, std::vector<MetadataEntry> metadata,
                                          std::uint64_t data_bytes) {
    TensorFileHeader header;
    std::string described;
    for (const TensorEntry& tensor : tensors) {
      described += ',';
      described += json_string(tensor.name) + ":{\"dtype\":\"" + std::string(dtype_name(tensor.dtype)) +
                   "\",\"shape\":" + tensor.shape.text() + ",\"data_offsets\":[" + std::to_string(tensor.begin) + "," +
                   std::to_string(tensor.end) + "]}";
      detail::insert_by_name(header.tensors, tensor, &TensorEntry::name);
    }
    header.metadata = metadata;
    detail::insert_by_name(metadata, {std::string(header_checksum_key), checksum_text(header_checksum(header))},
                           &MetadataEntry::first);

    std::string json = "{\"__metadata__\":";
    for (char before = '{'; const auto& [key, value] : metadata) {
      json += std::exchange(before, ',') + json_string(key) + ":" + json_string(value);
    }
    json += '}';
    json += described + "}";
    json.resize((json.size() + 7) / 8 * 8, ' ');
    try {  // one place knows the limits of the format: the reader
      if (json.size() > TensorFileLimits::header_bytes) {
        throw refusal("the header", "a length of " + std::to_string(json.size()) + " bytes");
      }
      (void)parse_tensor_header(json, data_bytes, "the header");
    } catch (const Error& error) {
      throw Error(Errc::invalid_argument, "TensorFileWriter", error.what(), "Write less, or under other names");
    }
    return json;
  }

  std::vector<MetadataEntry> metadata_;  ///< in the order of the keys
  std::vector<Tensor> tensors_;
};

GDM_NAMESPACE_END
