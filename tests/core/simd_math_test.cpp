// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <gdm/core/simd_math.hpp>
#include <limits>
#include <numbers>
#include <vector>

namespace {

namespace simd = gdm::simd;

/// Largest error of `f` over `x` in units in the last place of the exact result.
template <class S, class F, class Exact>
double largest_ulps(const std::vector<S>& x, const F& f, const Exact& exact) {
  double largest = 0;
  for (const S value : x) {
    const S found = f(simd::broadcast(value))[0];
    const long double expected = exact(static_cast<long double>(value));
    const S nearest = std::abs(static_cast<S>(expected));
    const S ulp = std::nextafter(nearest, std::numeric_limits<S>::infinity()) - nearest;
    largest = std::max(largest, static_cast<double>(std::abs(found - expected) / ulp));
  }
  return largest;
}

/// Positive normal numbers of all magnitudes, and closer and closer to 1 and to sqrt(1/2), where logarithms go wrong.
template <class S>
std::vector<S> magnitudes() {
  std::vector<S> x;
  const S step = S(0.1) + S(1) / 1024;
  for (S e = std::numeric_limits<S>::min_exponent; e < std::numeric_limits<S>::max_exponent - 1; e += step) {
    x.push_back(std::exp2(e));
  }
  for (int i = 0; i < 4000; ++i) x.push_back(S(0.4) + S(i) / 3000);
  for (S distance = S(0.1); distance > std::numeric_limits<S>::epsilon(); distance /= S(1.7)) {
    for (const S centre : {S(1), std::sqrt(S(0.5)), std::sqrt(S(2))}) {
      x.push_back(centre - distance);
      x.push_back(centre + distance);
    }
  }
  return x;
}

}  // namespace

TEST_CASE_TEMPLATE("multiply_add rounds the product, so that processors with and without FMA agree", S, float, double) {
  const S e = sizeof(S) == sizeof(float) ? S(0x1p-12) : S(0x1p-27);  // (1 + e)^2 - (1 + 2 e) is e^2 when fused
  volatile S one_and_e = 1 + e;                                      // unknown to the compiler
  volatile S rounded_square = 1 + 2 * e;
  const auto a = simd::broadcast(S(one_and_e));
  const auto c = simd::broadcast(-S(rounded_square));
  const auto sum = simd::multiply_add(a, a, c);
  for (int i = 0; i < simd::lanes<S>; ++i) CHECK(sum[i] == S(0));
  CHECK(simd::multiply_add(S(2), S(3), S(4)) == S(10));
}

TEST_CASE_TEMPLATE("log is within 2 units in the last place of the long double logarithm", S, float, double) {
  const double ulps = largest_ulps<S>(
      magnitudes<S>(), [](const auto& x) { return simd::log(x); }, [](long double x) { return std::log(x); });
  CHECK(ulps <= 2);
  CHECK(simd::log(simd::broadcast(S(1)))[0] == S(0));
}

TEST_CASE_TEMPLATE("sqrt is within 1 unit in the last place of the long double root", S, float, double) {
  const double ulps = largest_ulps<S>(
      magnitudes<S>(), [](const auto& x) { return simd::sqrt(x); }, [](long double x) { return std::sqrt(x); });
  CHECK(ulps <= 1);
  CHECK(simd::sqrt(simd::broadcast(S(0)))[0] == S(0));
  CHECK(simd::sqrt(simd::broadcast(-S(0)))[0] == S(0));
}

TEST_CASE("sincos_turn in float is right in every quadrant and at its borders") {
  double largest = 0;
  const auto check = [&](std::uint32_t w) {
    const auto found = simd::sincos_turn(simd::Unsigned<float>{} + w);
    const long double angle = 2 * std::numbers::pi_v<long double> * w * 0x1p-32L;
    largest = std::max(largest, static_cast<double>(std::abs(found.sin[0] - std::sin(angle))));
    largest = std::max(largest, static_cast<double>(std::abs(found.cos[0] - std::cos(angle))));
  };
  for (std::uint32_t i = 0; i < 20000; ++i) check(i * 214'783U);
  for (std::uint32_t eighth = 0; eighth < 8; ++eighth) {
    for (std::uint32_t near = 0; near < 5; ++near) check((eighth << 29) + near - 2);
  }
  CHECK(largest <= 1.5e-7);
}

TEST_CASE("sincos_turn in double is right in every quadrant and at its borders") {
  double largest = 0;
  const auto check = [&](double u) {
    const auto found = simd::sincos_turn(simd::broadcast(u));
    const long double angle = 2 * std::numbers::pi_v<long double> * u;
    largest = std::max(largest, static_cast<double>(std::abs(found.sin[0] - std::sin(angle))));
    largest = std::max(largest, static_cast<double>(std::abs(found.cos[0] - std::cos(angle))));
  };
  for (int i = 0; i <= 20000; ++i) check(i / 20000.0);
  for (int eighth = 0; eighth <= 8; ++eighth) {
    check(std::nextafter(eighth / 8.0, 0.0));
    check(std::nextafter(eighth / 8.0, 1.0));
  }
  check(0x1p-53);
  check(1 - 0x1p-53);
  CHECK(largest <= 3e-16);
}
