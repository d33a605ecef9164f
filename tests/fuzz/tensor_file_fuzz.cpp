// SPDX-License-Identifier: MIT
/// @file
/// @brief The reader of tensor files, against nlohmann-json and against its own writer.
#include <cstring>
#include <string>

#include <nlohmann/json.hpp>

#include "tensor_file_tools.hpp"

namespace {

using gdm_test::require;

/// Everything that the file says is what nlohmann-json reads in its header.
void compare_with_json(const gdm::TensorFile& file, std::span<const std::byte> bytes) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  const std::string header(reinterpret_cast<const char*>(bytes.data()) + 8, length);
  const auto json = nlohmann::json::parse(header);
  require(json.size() == file.tensors().size() + (json.contains("__metadata__") ? 1 : 0), "as many tensors");
  for (const gdm::TensorEntry& tensor : file.tensors()) {
    const auto& said = json.at(tensor.name);
    require(said.at("dtype") == gdm::dtype_name(tensor.dtype), "the same dtype");
    require(said.at("data_offsets") == nlohmann::json{tensor.begin, tensor.end}, "the same offsets");
    require(said.at("shape").dump() == tensor.shape.text(), "the same shape");
    require(std::ranges::equal(file.view(tensor).bytes,
                               bytes.subspan(8 + length + tensor.begin, tensor.end - tensor.begin)),
            "the same data");
  }
  for (const auto& [key, value] : file.metadata()) {
    require(json.at("__metadata__").at(key) == value, "the same metadata");
  }
  require(file.metadata().empty() || json.at("__metadata__").size() == file.metadata().size(), "as much metadata");
}

}  // namespace

/// The bound for one reading is the size + 2 MiB; below that fit those that follow it here, too.
std::size_t memory_allowance(std::size_t size) { return size + (2U << 20U); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = gdm_test::bytes_of(data, size);
  (void)gdm_test::refuses([&] {
    const auto file = gdm::TensorFile::parse(bytes, "fuzz", {.require_checksums = false});
    compare_with_json(file, bytes);
    const std::vector<std::byte> written = gdm_test::writer_of(file).bytes();
    require(gdm_test::same_content(gdm::TensorFile::parse(written), file), "what is written is read back");
    (void)gdm::TensorFile::parse(bytes, "fuzz");
  });
  return 0;
}
