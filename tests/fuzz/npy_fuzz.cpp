// SPDX-License-Identifier: MIT
/// @file
/// @brief The NPY reader, for one, two and three dimensions.
#include <gdm/data/npy.hpp>

#include "harness.hpp"

namespace {

template <std::size_t N>
void read_and_write(std::span<const std::byte> bytes) {
  xt::xtensor<double, N> array;
  if (!gdm_test::refuses([&] { array = gdm::parse_npy<N>(bytes, "fuzz"); })) {
    gdm_test::require(array.size() > 0 && array.size() <= bytes.size() / 4, "as many numbers as the bytes hold");
    gdm_test::require(gdm::parse_npy<N>(gdm::npy_bytes(array)) == array, "what is written is read back");
  }
}

}  // namespace

/// A byte becomes a double; then the array is written and read back for comparison.
std::size_t memory_allowance(std::size_t size) { return 32 * size + 65536; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = gdm_test::bytes_of(data, size);
  gdm::NpyHeader header;
  const bool refused = gdm_test::refuses([&] {
    gdm::MemorySource source(bytes, "fuzz");
    std::uint64_t header_bytes = 0;
    header = gdm::read_npy_header(source, header_bytes);
  });
  if (refused) {  // one refusal is enough: an exception costs more than all the rest
    return 0;
  }
  switch (header.shape.size()) {
    case 1:
      read_and_write<1>(bytes);
      break;
    case 3:
      read_and_write<3>(bytes);
      break;
    default:
      read_and_write<2>(bytes);
      break;
  }
  return 0;
}
