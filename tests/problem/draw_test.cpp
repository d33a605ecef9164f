// SPDX-License-Identifier: MIT
#include <gdm/problem/draw.hpp>

#include <cmath>
#include <cstdint>
#include <random>

#include <doctest/doctest.h>

namespace {

template <class Generator>
void check_moments(Generator rng) {
  constexpr int count = 200'000;
  double uniform1 = 0.0, uniform2 = 0.0, normal1 = 0.0, normal2 = 0.0, normal4 = 0.0;
  for (int i = 0; i < count; ++i) {
    const double u = gdm::draw_uniform(rng);
    REQUIRE(u >= 0.0);
    REQUIRE(u < 1.0);
    const double g = gdm::draw_normal(rng);
    REQUIRE(std::isfinite(g));
    uniform1 += u / count;
    uniform2 += u * u / count;
    normal1 += g / count;
    normal2 += g * g / count;
    normal4 += g * g * g * g / count;
  }
  // Five standard errors of each moment.
  CHECK(std::abs(uniform1 - 0.5) < 5.0 * std::sqrt(1.0 / 12.0 / count));
  CHECK(std::abs(uniform2 - 1.0 / 3.0) < 5.0 * std::sqrt(4.0 / 45.0 / count));
  CHECK(std::abs(normal1) < 5.0 * std::sqrt(1.0 / count));
  CHECK(std::abs(normal2 - 1.0) < 5.0 * std::sqrt(2.0 / count));
  CHECK(std::abs(normal4 - 3.0) < 5.0 * std::sqrt(96.0 / count));
}

struct Extreme {  // a generator stuck at one end of its range
  using result_type = std::uint32_t;
  std::uint32_t value;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return 0xFFFFFFFFU; }
  result_type operator()() const { return value; }
};

}  // namespace

TEST_CASE("uniform and normal draws have their moments whatever the generator's range") {
  check_moments(std::mt19937_64(5));
  check_moments(std::mt19937(5));
  check_moments(std::minstd_rand(5));  // 1 .. 2^31 - 2
}

TEST_CASE("a uniform draw is made of the top 53 bits of a 64-bit generator") {
  std::mt19937_64 a(9), b(9);
  CHECK(gdm::draw_uniform(a) == static_cast<double>(b() >> 11) / 9007199254740992.0);
  CHECK(gdm::draw_uniform(a, 2.0, 6.0) == 2.0 + 4.0 * (static_cast<double>(b() >> 11) / 9007199254740992.0));
}

TEST_CASE("a generator at the end of its range gives neither 1 nor an infinite normal") {
  Extreme low{0}, high{0xFFFFFFFFU};
  CHECK(gdm::draw_uniform(low) == 0.0);
  CHECK(gdm::draw_uniform(high) < 1.0);
  CHECK(std::isfinite(gdm::draw_normal(low)));
  CHECK(std::isfinite(gdm::draw_normal(high)));
}
