// SPDX-License-Identifier: MIT
/// @file
/// @brief Writes a file of named tensors in the safetensors format, with checksums (format: see safetensors.hpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
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
    if (!metadata_.try_emplace(std::move(key), std::move(value)).second) {
      throw refusal("metadata " + in_quotes(key), "the key is taken");
    }
  }

  /// Copies `values`, last index fastest.
  /// @throws Error [GDM-R201] if the name is taken or reserved, the size does not fit the shape or a value is not
  /// finite
  template <TensorItem T>
  GDM_COLD void add(std::string name, const TensorShape& shape, std::span<const T> values) {
    const std::string where = "tensor " + in_quotes(name);
    if (name == "__metadata__") {
      throw refusal(where, "the name is reserved");
    }
    if (std::ranges::find(tensors_, name, &Tensor::name) != tensors_.end()) {
      throw refusal(where, "the name is taken");
    }
    if (checked_bytes(shape.extents(), sizeof(T), values.size_bytes()) != values.size_bytes()) {
      throw refusal(where, std::to_string(values.size()) + " numbers for shape " + shape.text());
    }
    if constexpr (!std::integral<T>) {
      const auto bad = std::ranges::find_if(values, [](T value) { return !has_finite_bits(value); });
      if (bad != values.end()) {
        throw refusal(where,
                      "element " + std::to_string(bad - values.begin()) + " is " + to_text(static_cast<double>(*bad)));
      }
    }
    Tensor& tensor = tensors_.emplace_back();
    tensor.name = std::move(name);
    tensor.dtype = dtype_of<T>;
    tensor.shape = shape;
    tensor.bytes.assign(std::as_bytes(values).begin(), std::as_bytes(values).end());
  }

  /// The whole file.
  /// @throws Error [GDM-R201] if there is more in the header than the format allows
  GDM_COLD [[nodiscard]] std::vector<std::byte> bytes() const {
    TensorFileHeader header;
    std::vector<const Tensor*> order;
    for (const std::uint64_t width : {8U, 4U}) {
      for (const Tensor& tensor : tensors_)
        if (dtype_bytes(tensor.dtype) == width) order.push_back(&tensor);
    }
    std::uint64_t position = 0;
    auto metadata = metadata_;
    for (const Tensor* const tensor : order) {
      const std::uint64_t end = position + tensor->bytes.size();
      header.tensors.push_back({tensor->name, tensor->shape, position, end, tensor->dtype});
      metadata[std::string(checksum_prefix) + tensor->name] = checksum_text(Crc32().add(tensor->bytes));
      position = end;
    }
    const std::string json = header_text(std::move(header), std::move(metadata), position);

    std::vector<std::byte> out(8 + json.size() + detail::to_size(position));
    const std::uint64_t length = json.size();
    std::memcpy(out.data(), &length, 8);
    std::memcpy(out.data() + 8, json.data(), json.size());
    auto at = out.begin() + static_cast<std::ptrdiff_t>(8 + json.size());
    for (const Tensor* const tensor : order) {
      at = std::ranges::copy(tensor->bytes, at).out;
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

  /// @param header  tensors in the order of their data
  GDM_COLD static std::string header_text(TensorFileHeader header, std::map<std::string, std::string> metadata,
                                          std::uint64_t data_bytes) {
    std::string tensors;
    for (const TensorEntry& tensor : header.tensors) {
      tensors += ',';
      tensors += json_string(tensor.name) + ":{\"dtype\":\"" + std::string(dtype_name(tensor.dtype)) +
                 "\",\"shape\":" + tensor.shape.text() + ",\"data_offsets\":[" + std::to_string(tensor.begin) + "," +
                 std::to_string(tensor.end) + "]}";
    }
    std::ranges::sort(header.tensors, {}, &TensorEntry::name);
    header.metadata.assign(metadata.begin(), metadata.end());
    metadata[std::string(header_checksum_key)] = checksum_text(header_checksum(header));

    std::string json = "{\"__metadata__\":";
    for (char before = '{'; const auto& [key, value] : metadata) {
      json += std::exchange(before, ',') + json_string(key) + ":" + json_string(value);
    }
    json += '}';
    json += tensors + "}";
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

  std::map<std::string, std::string> metadata_;
  std::vector<Tensor> tensors_;
};

GDM_NAMESPACE_END
