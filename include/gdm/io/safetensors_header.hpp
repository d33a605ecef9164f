// SPDX-License-Identifier: MIT
/// @file
/// @brief A reader of the JSON header of a safetensors file that refuses whatever the format does not foresee.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gdm/core/error.hpp>
#include <gdm/data/checked.hpp>
#include <gdm/data/in_quotes.hpp>
#include <gdm/io/json_reader.hpp>
#include <gdm/io/tensor_header.hpp>

GDM_NAMESPACE_BEGIN

namespace detail {

/// Reads what the header says of one tensor.
GDM_COLD inline TensorEntry read_tensor_entry(JsonReader& reader, std::string name) {
  TensorEntry tensor;
  tensor.name = std::move(name);
  constexpr std::array<std::string_view, 3> keys = {"dtype", "shape", "data_offsets"};
  std::array<bool, 3> seen{};
  reader.object([&](const std::string& key) {
    std::size_t index = 0;
    while (index < keys.size() && keys[index] != key) ++index;
    if (index == keys.size()) {
      reader.fail("the unknown key " + in_quotes(key), "Remove that key");
    }
    if (std::exchange(seen[index], true)) {
      reader.fail("the key " + in_quotes(key) + " twice");
    }
    if (index == 0) {
      const std::string dtype = reader.string();
      std::size_t known = 0;
      while (known < all_dtypes.size() && dtype_name(all_dtypes[known]) != dtype) ++known;
      if (known == all_dtypes.size()) {
        reader.fail("dtype " + in_quotes(dtype), "Convert the tensor to F32, F64, I64 or U64");
      }
      tensor.dtype = all_dtypes[known];
    } else if (index == 1) {
      reader.array([&] {
        if (!tensor.shape.push_back(reader.integer())) {
          reader.fail("a shape of more than " + std::to_string(TensorFileLimits::dimensions) + " dimensions");
        }
      });
    } else {
      std::size_t count = 0;
      reader.array([&] {
        const std::uint64_t offset = reader.integer();
        (count == 0 ? tensor.begin : tensor.end) = offset;
        ++count;
      });
      if (count != 2) {
        reader.fail(std::to_string(count) + " numbers in data_offsets, which has two");
      }
    }
  });
  if (!seen[0] || !seen[1] || !seen[2]) {
    reader.fail("the end of a tensor without all of dtype, shape and data_offsets");
  }
  return tensor;
}

/// The tensors fill `data_bytes` with neither hole nor overlap, each with the bytes that its shape asks for.
GDM_COLD inline void check_layout(const TensorFileHeader& header, std::uint64_t data_bytes, std::string_view label) {
  std::vector<const TensorEntry*> order;
  order.reserve(header.tensors.size());
  for (const TensorEntry& tensor : header.tensors) {
    const auto fail = [&](const std::string& found) {
      return Error(Errc::file_format, std::string(label) + ": tensor " + in_quotes(tensor.name), found,
                   JsonReader::remedy);
    };
    if (tensor.begin > tensor.end || tensor.end > data_bytes) {
      throw fail("data_offsets [" + std::to_string(tensor.begin) + "," + std::to_string(tensor.end) +
                 "] in a file with " + std::to_string(data_bytes) + " bytes of data");
    }
    const auto bytes = checked_bytes(tensor.shape.extents(), dtype_bytes(tensor.dtype), data_bytes);
    if (bytes != tensor.end - tensor.begin) {
      throw fail("shape " + tensor.shape.text() + " of " + std::string(dtype_name(tensor.dtype)) +
                 " does not make the " + std::to_string(tensor.end - tensor.begin) + " bytes of its data_offsets");
    }
    insert_in_order(order, &tensor, [](const TensorEntry* a, const TensorEntry* b) {
      return a->begin != b->begin ? a->begin < b->begin : a->end < b->end;
    });
  }
  std::uint64_t position = 0;
  for (const TensorEntry* const tensor : order) {
    if (tensor->begin != position) {
      throw Error(Errc::file_format, std::string(label) + ": tensor " + in_quotes(tensor->name),
                  (tensor->begin > position ? "a hole before its data at byte " : "an overlap in its data from byte ") +
                      std::to_string(tensor->begin),
                  JsonReader::remedy);
    }
    position = tensor->end;
  }
  if (position != data_bytes) {
    throw Error(Errc::file_format, label, std::to_string(data_bytes - position) + " bytes follow the last tensor",
                JsonReader::remedy);
  }
}

}  // namespace detail

/// Reads a header and checks everything in it against the `data_bytes` that follow it.
/// @throws Error [GDM-R402] naming the tensor and what was found
GDM_COLD [[nodiscard]] inline TensorFileHeader parse_tensor_header(std::string_view json, std::uint64_t data_bytes,
                                                                   std::string_view label) {
  JsonReader reader(json, std::string(label));
  if (!json.starts_with('{')) {
    reader.fail("it does not begin with '{'");
  }
  TensorFileHeader header;
  bool has_metadata = false;
  const auto require_room = [&](std::size_t count, std::size_t limit, std::string_view what) {
    if (count == limit) {
      reader.fail("more than " + std::to_string(limit) + " " + std::string(what));
    }
  };
  reader.object([&](std::string key) {
    if (key == "__metadata__") {
      reader.set_where(std::string(label) + ": __metadata__");
      if (std::exchange(has_metadata, true)) {
        reader.fail("the key \"__metadata__\" twice");
      }
      reader.object([&](std::string entry) {
        require_room(header.metadata.size(), TensorFileLimits::metadata_entries, "metadata entries");
        const std::string shown = in_quotes(entry);
        if (!detail::insert_by_name(header.metadata, {std::move(entry), reader.string()}, &MetadataEntry::first)) {
          reader.fail("the metadata key " + shown + " twice");
        }
      });
    } else {
      const std::string shown = in_quotes(key);
      reader.set_where(std::string(label) + ": tensor " + shown);
      require_room(header.tensors.size(), TensorFileLimits::tensors, "tensors");
      if (!detail::insert_by_name(header.tensors, detail::read_tensor_entry(reader, std::move(key)),
                                  &TensorEntry::name)) {
        reader.fail("the tensor " + shown + " twice");
      }
    }
    reader.set_where(std::string(label));
  });
  reader.finish();
  detail::check_layout(header, data_bytes, label);
  return header;
}

GDM_NAMESPACE_END
