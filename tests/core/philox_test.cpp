// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <gdm/core/philox_register.hpp>
#include <limits>

namespace {

constexpr std::uint32_t ones = std::numeric_limits<std::uint32_t>::max();

// The lines "philox4x32 10" of kat_vectors in Random123, the generator's reference implementation.
static_assert(gdm::philox4x32({0, 0, 0, 0}, {0, 0}) ==
              gdm::PhiloxBlock{0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8});
static_assert(gdm::philox4x32({ones, ones, ones, ones}, {ones, ones}) ==
              gdm::PhiloxBlock{0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD});
static_assert(gdm::philox4x32({0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344}, {0xA4093822, 0x299F31D0}) ==
              gdm::PhiloxBlock{0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1});

}  // namespace

TEST_CASE("philox4x32 gives Random123's known answers at run time too") {
  volatile std::uint32_t pi = 0x243F6A88;
  CHECK(gdm::philox4x32({pi, 0x85A308D3, 0x13198A2E, 0x03707344}, {0xA4093822, 0x299F31D0}) ==
        gdm::PhiloxBlock{0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1});
}

TEST_CASE("a stream's id is key and counter of the known answers") {
  const gdm::StreamId id{.seed = 0x299F31D0A4093822, .instance = 0x03707344, .sample = 0x13198A2E, .step = 0x85A308D3};
  CHECK(gdm::philox_block(id, 0x243F6A88) == gdm::PhiloxBlock{0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1});
}

TEST_CASE("every lane of a register of counters gives the block of the scalar Philox, whatever the upper halves hold") {
  namespace detail = gdm::random_detail;
  std::uint64_t chaos = 1;
  for (int trial = 0; trial < 200; ++trial) {
    detail::Words counter[4];
    for (auto& word : counter) {
      for (int i = 0; i < detail::block_lanes; ++i) {
        chaos = chaos * 6364136223846793005U + 1442695040888963407U;
        word[i] = trial == 0 ? ~std::uint64_t{0} : chaos ^ (chaos >> 29);
      }
    }
    const detail::RoundKeys keys(chaos);
    const auto blocks = detail::philox(counter[0], counter[1], counter[2], counter[3], keys);
    for (int i = 0; i < detail::block_lanes; ++i) {
      const auto low = [i](const detail::Words& x) { return static_cast<std::uint32_t>(x[i]); };
      const gdm::PhiloxBlock expected =
          gdm::philox4x32({low(counter[0]), low(counter[1]), low(counter[2]), low(counter[3])},
                          {static_cast<std::uint32_t>(chaos), static_cast<std::uint32_t>(chaos >> 32)});
      const gdm::PhiloxBlock found = {low(blocks.word[0]), low(blocks.word[1]), low(blocks.word[2]),
                                      low(blocks.word[3])};
      CHECK(found == expected);
    }
  }
}
