#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gdm/data/checked.hpp>

using Shape = std::vector<std::uint64_t>;

TEST_CASE("checked_bytes: agrees with 128-bit arithmetic at and around every limit") {
  const std::vector<std::uint64_t> extents = {
      0, 1, 2, 3, 255, 1U << 16U, (1ULL << 32U) - 1, 1ULL << 32U, 1ULL << 62U, 1ULL << 63U, UINT64_MAX};
  const std::vector<std::uint64_t> limits = {0, 1, 7, 8, 9, 48, 1ULL << 40U, UINT64_MAX - 1, UINT64_MAX};
  for (const std::uint64_t a : extents) {
    for (const std::uint64_t b : extents) {
      __extension__ using Wide = unsigned __int128;
      const Wide product = Wide{a} * b;
      const bool overflows = product > Wide{UINT64_MAX} / 8;
      for (const std::uint64_t limit : limits) {
        const auto got = gdm::checked_bytes(Shape{a, b}, 8, limit);
        const bool fits = !overflows && product * 8 <= limit;
        // A zero after an overflow may be refused: no array has such a shape.
        CHECK((fits ? got == static_cast<std::uint64_t>(product * 8) || (b == 0 && a > UINT64_MAX / 8)
                    : !got.has_value()));
      }
    }
  }
  CHECK(gdm::checked_bytes(Shape{}, 8, 8) == 8);
  CHECK_FALSE(gdm::checked_bytes(Shape{}, 8, 7));
  CHECK_FALSE(gdm::checked_bytes(Shape{1ULL << 22U, 1ULL << 22U, 1ULL << 22U}, 4, UINT64_MAX));
}

TEST_CASE("has_finite_bits: agrees with the definition for every kind of number") {
  for (const double value : {0.0, -0.0, 1.0, -1e308, 5e-324, std::numeric_limits<double>::max()}) {
    CHECK(gdm::has_finite_bits(value));
  }
  for (const float value : {0.0F, -0.0F, 1.0F, -3e38F, 1e-45F, std::numeric_limits<float>::max()}) {
    CHECK(gdm::has_finite_bits(value));
  }
  CHECK_FALSE(gdm::has_finite_bits(std::numeric_limits<double>::infinity()));
  CHECK_FALSE(gdm::has_finite_bits(-std::numeric_limits<double>::infinity()));
  CHECK_FALSE(gdm::has_finite_bits(std::numeric_limits<double>::quiet_NaN()));
  CHECK_FALSE(gdm::has_finite_bits(std::numeric_limits<double>::signaling_NaN()));
  CHECK_FALSE(gdm::has_finite_bits(std::numeric_limits<float>::infinity()));
  CHECK_FALSE(gdm::has_finite_bits(-std::numeric_limits<float>::quiet_NaN()));
  std::mt19937_64 random(5);
  for (int i = 0; i < 10'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    CHECK(gdm::has_finite_bits(value) == std::isfinite(value));
    const auto single = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    CHECK(gdm::has_finite_bits(single) == std::isfinite(single));
  }
}
