#include <doctest/doctest.h>

#include <random>
#include <string_view>
#include <vector>

#include <gdm/core/crc32.hpp>

namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

/// By the definition: long division of the message, one bit at a time.
std::uint32_t one_bit_at_a_time(std::span<const std::byte> bytes) {
  std::uint32_t state = 0xffffffffU;
  for (const std::byte byte : bytes) {
    state ^= std::to_integer<std::uint32_t>(byte);
    for (int i = 0; i < 8; ++i) {
      state = (state & 1U) != 0 ? (state >> 1U) ^ 0xEDB88320U : state >> 1U;
    }
  }
  return ~state;
}

}  // namespace

TEST_CASE("Crc32: published answers") {
  const auto crc = [](std::string_view text) { return gdm::Crc32().add(bytes_of(text)).value(); };
  CHECK(crc("") == 0);
  CHECK(crc("123456789") == 0xCBF43926U);  // the check value in the CRC catalogue
  CHECK(crc("a") == 0xE8B7BE43U);
  CHECK(crc("abc") == 0x352441C2U);
  CHECK(crc("The quick brown fox jumps over the lazy dog") == 0x414FA339U);
  CHECK(crc(std::string_view("\0\0\0\0", 4)) == 0x2144DF1CU);
  CHECK(crc("\xff\xff\xff\xff") == 0xFFFFFFFFU);
}

TEST_CASE("Crc32: agrees with the division bit by bit for every length, start and way to cut the message") {
  std::mt19937 random(1);
  std::vector<std::byte> bytes(100);
  for (std::byte& byte : bytes) {
    byte = static_cast<std::byte>(random());
  }
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    const auto message = std::span<const std::byte>(bytes).first(length);
    const std::uint32_t expected = one_bit_at_a_time(message);
    CHECK(gdm::Crc32().add(message).value() == expected);
    for (std::size_t cut = 0; cut <= length; cut += 7) {
      CHECK(gdm::Crc32().add(message.first(cut)).add(message.subspan(cut)).value() == expected);
    }
  }
}

TEST_CASE("Crc32: finds every wrong bit, the last one too") {
  std::vector<std::byte> bytes(77, std::byte{0x5a});
  const std::uint32_t right = gdm::Crc32().add(bytes).value();
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    CHECK(gdm::Crc32().add(bytes).value() != right);
    bytes[bit / 8] ^= std::byte{1} << (bit % 8);
  }
}

TEST_CASE("Crc32: numbers go in as eight bytes with the least significant first, texts behind their length") {
  CHECK(gdm::Crc32().add(std::uint64_t{0x0123456789abcdefU}).value() ==
        one_bit_at_a_time(bytes_of("\xef\xcd\xab\x89\x67\x45\x23\x01")));
  CHECK(gdm::Crc32().add_text("abc").value() ==
        one_bit_at_a_time(bytes_of(std::string_view("\3\0\0\0\0\0\0\0abc", 11))));
}
