// SPDX-License-Identifier: MIT
/// @file
/// @brief One small tensor file, byte by byte; its checksums were computed with Python's zlib.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gdm/io/safetensors_writer.hpp>

namespace gdm_test {

inline constexpr std::array<double, 2> golden_mean = {0.5, -1e300};
inline constexpr std::array<std::uint64_t, 3> golden_counters = {0, UINT64_MAX, 42};
inline constexpr std::int64_t golden_epoch = -7;
inline constexpr std::array<float, 6> golden_weights = {1.0F, -2.0F, 0.5F, 3.25F, -0.0F, 1e-45F};
inline constexpr std::string_view golden_problem = "sum rate \"M=3\"\n\xC3\xA9";

inline constexpr std::string_view golden_header =
    R"({"__metadata__":{"checksum.__metadata__":"crc32:a5160779","checksum.counters":"crc32:5c193984",)"
    R"("checksum.empty":"crc32:00000000","checksum.epoch":"crc32:e72bd69b","checksum.mean":"crc32:b32cac0c",)"
    R"("checksum.weights.0":"crc32:d50af74b","problem":"sum rate \"M=3\"\u000a)"
    "\xC3\xA9"
    R"(","version":"0.1.0"},"mean":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},)"
    R"("counters":{"dtype":"U64","shape":[3],"data_offsets":[16,40]},)"
    R"("epoch":{"dtype":"I64","shape":[],"data_offsets":[40,48]},)"
    R"("weights.0":{"dtype":"F32","shape":[2,3],"data_offsets":[48,72]},)"
    R"("empty":{"dtype":"F32","shape":[0,4],"data_offsets":[72,72]}}       )";

/// A tensor file of the given header and data.
inline std::vector<std::byte> file_of(std::string_view header, std::span<const std::byte> data) {
  std::vector<std::byte> out(8 + header.size() + data.size());
  const std::uint64_t length = header.size();
  std::memcpy(out.data(), &length, 8);
  std::memcpy(out.data() + 8, header.data(), header.size());
  std::ranges::copy(data, out.begin() + static_cast<std::ptrdiff_t>(8 + header.size()));
  return out;
}

inline std::vector<std::byte> golden_bytes() {
  std::vector<std::byte> data;
  const auto append = [&](std::span<const std::byte> bytes) { data.insert(data.end(), bytes.begin(), bytes.end()); };
  append(std::as_bytes(std::span(golden_mean)));
  append(std::as_bytes(std::span(golden_counters)));
  append(std::as_bytes(std::span(&golden_epoch, 1)));
  append(std::as_bytes(std::span(golden_weights)));
  return file_of(golden_header, data);
}

inline gdm::TensorShape shape_of(std::vector<std::uint64_t> extents) { return gdm::TensorShape(extents); }

inline gdm::TensorFileWriter golden_writer() {
  gdm::TensorFileWriter writer;
  writer.set_metadata("version", "0.1.0");
  writer.set_metadata("problem", std::string(golden_problem));
  writer.add<float>("weights.0", shape_of({2, 3}), golden_weights);
  writer.add<double>("mean", shape_of({2}), golden_mean);
  writer.add<float>("empty", shape_of({0, 4}), {});
  writer.add<std::uint64_t>("counters", shape_of({3}), golden_counters);
  writer.add<std::int64_t>("epoch", shape_of({}), std::span(&golden_epoch, 1));
  return writer;
}

}  // namespace gdm_test
