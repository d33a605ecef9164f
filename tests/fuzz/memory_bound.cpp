// SPDX-License-Identifier: MIT
/// @file
/// @brief Reading a tensor file takes at most its size + 2 MiB, an NPY file its array and 64 KiB, however hostile.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

#include <gdm/data/npy.hpp>

#include "counting_allocator.hpp"
#include "harness.hpp"
#include "tensor_file_tools.hpp"

namespace {

using gdm_test::require;

constexpr std::size_t mib = std::size_t{1} << 20U;
int checks = 0;

/// Runs `read` and sees that it took no more than `bound` bytes at once.
template <class Read>
void expect(const char* what, bool accepted, std::size_t bound, Read&& read) {
  const std::size_t before = gdm_test::bytes_in_use();
  gdm_test::reset_peak();
  const bool refused = gdm_test::refuses(read);
  const std::size_t used = gdm_test::peak_bytes() - before;
  std::printf("%-40s %s %10zu of %10zu bytes\n", what, refused ? "refused " : "accepted", used, bound);
  require(refused != accepted, "it is accepted or refused as it should be");
  require(used <= bound, "the bound on memory holds");
  require(gdm_test::bytes_in_use() == before, "all memory is given back");
  ++checks;
}

std::string file_of(std::string header, std::size_t data_bytes = 0) {
  std::string out(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) {
    out[i] = static_cast<char>(header.size() >> (8 * i) & 0xffU);
  }
  return out + std::move(header) + std::string(data_bytes, '\0');
}

/// Of a file in memory and of the same file on disk.
void expect_tensor_file(const char* what, bool accepted, const std::string& file, gdm::TensorFileOptions options = {}) {
  const std::size_t bound = file.size() + 2 * mib;
  expect(what, accepted, bound,
         [&] { (void)gdm::TensorFile::parse(std::as_bytes(std::span(file)), "memory", options); });
  const auto path = std::filesystem::temp_directory_path() / ("gdm_memory_bound_" + std::to_string(::getpid()));
  std::ofstream(path, std::ios::binary) << file;
  expect("  the same on disk", accepted, bound, [&] { (void)gdm::TensorFile::read(path, options); });
  std::filesystem::remove(path);
}

/// `count` items with commas between them.
template <class Item>
std::string list(std::size_t count, Item&& item) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += i == 0 ? "" : ",";
    out += item(i);
  }
  return out;
}

std::string repeated(std::size_t count, std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += text;
  }
  return out;
}

std::string named(std::size_t i, std::size_t length) {
  std::string name = std::to_string(i);
  return '"' + name + std::string(length - name.size(), 'x') + '"';
}

void tensor_files() {
  const gdm::TensorFileOptions plain{.require_checksums = false};
  const std::string large(mib - 100, 'a');
  expect_tensor_file("one long value", true, file_of("{\"__metadata__\":{\"k\":\"" + large + "\"}}"), plain);
  expect_tensor_file("one long key", true, file_of("{\"__metadata__\":{\"" + large + "\":\"v\"}}"), plain);
  expect_tensor_file(
      "one long name", true,
      file_of("{\"" + large.substr(100) + "\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}"), plain);
  expect_tensor_file("a long string without an end", false, file_of("{\"" + large));
  expect_tensor_file("a long number", false, file_of("{\"w\":{\"shape\":[" + std::string(mib - 100, '1') + "]}}"));
  expect_tensor_file("a long value with a wrong end", false, file_of("{\"__metadata__\":{\"k\":\"" + large + "\"}]"));
  expect_tensor_file("many escapes", true,
                     file_of("{\"__metadata__\":{\"k\":\"" + repeated(170'000, "\\u0041") + "\"}}"), plain);
  expect_tensor_file("deep nesting", false, file_of("{\"w\":" + std::string(mib - 100, '[')));
  expect_tensor_file("deep objects", false, file_of("{\"__metadata__\":{\"a\":" + repeated(200'000, "{\"a\":")));

  const auto tensor = [](std::size_t i) {
    return named(i, 400) + ":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[" + std::to_string(4 * i) + "," +
           std::to_string(4 * i + 4) + "]}";
  };
  const auto entry = [](std::size_t i) { return named(i, 120) + ":" + named(i, 120); };
  expect_tensor_file("tensors as many as allowed", true, file_of("{" + list(2048, tensor) + "}", 4 * 2048), plain);
  expect_tensor_file("one tensor more", false, file_of("{" + list(2049, tensor) + "}", 4 * 2049), plain);
  expect_tensor_file("metadata as much as allowed", true, file_of("{\"__metadata__\":{" + list(4096, entry) + "}}"),
                     plain);
  expect_tensor_file("one entry more", false, file_of("{\"__metadata__\":{" + list(4097, entry) + "}}"), plain);
  const auto empty = [](std::size_t i) {
    return named(i, 100) + ":{\"dtype\":\"F64\",\"shape\":[0,1,1,1,1,1],\"data_offsets\":[0,0]}";
  };
  const auto short_entry = [](std::size_t i) { return named(i, 80) + ":" + named(i, 80); };
  expect_tensor_file("both as many as allowed", true,
                     file_of("{\"__metadata__\":{" + list(4096, short_entry) + "}," + list(2048, empty) + "}"), plain);
  expect_tensor_file(
      "the same name again and again", false,
      file_of("{" +
              list(8192,
                   [](std::size_t) {
                     return std::string("\"w\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}");
                   }) +
              "}"),
      plain);
  expect_tensor_file("a shape of 2^62 numbers", false,
                     file_of("{\"w\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,0]}}"),
                     plain);
  expect_tensor_file("offsets up to 2^64", false,
                     file_of("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,18446744073709551615]}}"),
                     plain);
  expect_tensor_file("a header of 2^63 bytes", false, std::string("\0\0\0\0\0\0\0\x80{}", 10));
  expect_tensor_file("32 MiB of zeros", false, std::string(32 * mib, '\0'));

  gdm::TensorFileWriter writer;
  writer.add<float>("weights", gdm::TensorShape(std::vector<std::uint64_t>{4 * mib}),
                    std::vector<float>(4 * mib, 0.5F));
  writer.add<double>("mean", gdm::TensorShape(std::vector<std::uint64_t>{mib}), std::vector<double>(mib, 0.5));
  const std::vector<std::byte> bytes = writer.bytes();
  expect_tensor_file("24 MiB of numbers", true, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void npy_files() {
  const auto expect_npy = [](const char* what, bool accepted, std::size_t bound, const std::string& shape,
                             std::size_t data_bytes) {
    const std::string text = "{'descr': '<f4', 'fortran_order': True, 'shape': " + shape + ", }";
    const std::string file = std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(text.size()) + '\0' + text +
                             std::string(data_bytes, '\0');
    expect(what, accepted, bound, [&] { (void)gdm::parse_npy(std::as_bytes(std::span(file))); });
  };
  expect_npy("16 MiB of float32", true, 32 * mib + 65536, "(4096, 1024)", 16 * mib);
  expect_npy("16 MiB, one row less", false, 65536, "(4095, 1024)", 16 * mib);
  expect_npy("2^62 numbers in no bytes", false, 65536, "(2305843009213693952, 2)", 0);
  expect_npy("2^64 numbers in no bytes", false, 65536, "(4294967296, 4294967296)", 0);
}

}  // namespace

int main() {
  tensor_files();
  npy_files();
  std::printf("%d checks\n", checks);
  return checks > 40 ? 0 : 1;
}
