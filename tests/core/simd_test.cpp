// SPDX-License-Identifier: MIT
#include <gdm/core/simd.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "../near.hpp"

namespace {

namespace simd = gdm::simd;

template <class S>
constexpr S lowest = std::is_same_v<S, float> ? S(-87) : S(-708);
template <class S>
constexpr S highest = std::is_same_v<S, float> ? S(88) : S(709);

/// Error of e^x in units in the last place of the exact result.
template <class S>
double exp_ulps(S x) {
  const S found = simd::exp(simd::broadcast(x))[0];
  const long double exact = std::exp(static_cast<long double>(x));
  const S nearest = static_cast<S>(exact);
  const S ulp = std::nextafter(nearest, std::numeric_limits<S>::infinity()) - nearest;
  return static_cast<double>(std::abs(found - exact) / ulp);
}

/// Evenly spaced, around the borders where the reduction changes its integer, and ever closer to 0 and to both clamps.
template <class S>
std::vector<S> arguments() {
  std::vector<S> x;
  constexpr int points = 200'000;
  for (int i = 0; i <= points; ++i) x.push_back(lowest<S> + (highest<S> - lowest<S>)*S(i) / S(points));
  for (int n = static_cast<int>(lowest<S> * S(1.4426950408889634)) + 1; S(n) * S(0.6931471805599453) < highest<S>;
       ++n) {
    const S border = (S(n) + S(0.5)) * S(0.6931471805599453);
    for (const S near_border : {border, std::nextafter(border, S(0)), std::nextafter(border, 2 * border)})
      if (near_border > lowest<S> && near_border < highest<S>) x.push_back(near_border);
  }
  for (S distance = S(1); distance > std::numeric_limits<S>::min(); distance /= S(3)) {
    x.insert(x.end(), {distance, -distance, lowest<S> + distance, highest<S> - distance});
  }
  return x;
}

}  // namespace

TEST_CASE_TEMPLATE("exp is within 2 units in the last place over the whole range", S, float, double) {
  double largest = 0;
  for (const S x : arguments<S>()) largest = std::max(largest, exp_ulps(x));
  CHECK(largest <= 2);
  CHECK(simd::exp(simd::broadcast(S(0)))[0] == S(1));
}

TEST_CASE_TEMPLATE("exp is clamped to normal numbers beyond both ends and passes a NaN on", S, float, double) {
  const auto exp = [](S x) { return simd::exp(simd::broadcast(x))[0]; };
  const S infinity = std::numeric_limits<S>::infinity();
  for (const S below : {std::nextafter(lowest<S>, -infinity), S(-1000), std::numeric_limits<S>::lowest(), -infinity}) {
    CHECK(exp(below) == exp(lowest<S>));
  }
  for (const S above : {std::nextafter(highest<S>, infinity), S(1000), std::numeric_limits<S>::max(), infinity}) {
    CHECK(exp(above) == exp(highest<S>));
  }
  CHECK(std::isnormal(exp(lowest<S>)));
  CHECK(std::isnormal(exp(highest<S>)));
  CHECK(std::isnan(exp(std::numeric_limits<S>::quiet_NaN())));
}

TEST_CASE_TEMPLATE("exp of one lane does not depend on the other lanes", S, float, double) {
  simd::Pack<S> x{};
  for (int i = 0; i < simd::lanes<S>; ++i) x[i] = S(i * 37 % 11) - S(4.7);
  x[simd::lanes<S> - 1] = std::numeric_limits<S>::quiet_NaN();
  const auto together = simd::exp(x);
  for (int i = 0; i + 1 < simd::lanes<S>; ++i) CHECK(together[i] == simd::exp(simd::broadcast(S(x[i])))[0]);
}

TEST_CASE_TEMPLATE("sigmoid is right in the middle and never leaves [0, 1] at the ends", S, float, double) {
  const S epsilon = std::numeric_limits<S>::epsilon();
  for (S x = S(-80); x <= S(80); x += S(0.37)) {
    const S found = simd::sigmoid(simd::broadcast(x))[0];
    const long double exact = 1 / (1 + std::exp(-static_cast<long double>(x)));
    const bool single = sizeof(S) == 4;  // in float only the absolute error is small, see the header
    CHECK(near(static_cast<double>(found), static_cast<double>(exact), single ? 2e-7 : 0,
               single ? 0 : 4 * static_cast<double>(epsilon)));
  }
  const S huge = std::numeric_limits<S>::max();
  CHECK(simd::sigmoid(simd::broadcast(huge))[0] == S(1));
  const S tiny = simd::sigmoid(simd::broadcast(-huge))[0];
  const bool single = sizeof(S) == 4;  // there a small gradient times it is to be a normal number
  CHECK(tiny >= S(0));
  CHECK(tiny < S(single ? 1e-18 : 1e-37));
  CHECK((!single || tiny * S(1e-18) >= std::numeric_limits<S>::min()));
}

TEST_CASE_TEMPLATE("padded sizes are the next whole register", S, float, double) {
  constexpr int lanes = simd::lanes<S>;
  static_assert(lanes * static_cast<int>(sizeof(S)) == simd::register_bytes);
  static_assert(sizeof(simd::Pack<S>) == simd::register_bytes && sizeof(simd::Bits<S>) == simd::register_bytes);
  CHECK(simd::padded<S>(0) == 0);
  for (int rows = 1; rows <= 3 * lanes; ++rows) {
    const int padded = simd::padded<S>(rows);
    CHECK(padded % lanes == 0);
    CHECK(padded >= rows);
    CHECK(padded - rows < lanes);
  }
}

TEST_CASE("a scalar without registers is its own pack of one lane and is not padded") {
  static_assert(simd::lanes<long double> == 1 && std::is_same_v<simd::Pack<long double>, long double>);
  CHECK(simd::padded<long double>(7) == 7);
  const long double x = 7, y = 3;
  long double to = 0;
  simd::store<long double>(&to, simd::load<long double>(&x) + simd::broadcast<long double>(y));
  CHECK(to == 10);
}

TEST_CASE_TEMPLATE("load and store move every lane at any alignment of the scalar", S, float, double) {
  constexpr auto lanes = static_cast<std::size_t>(simd::lanes<S>);
  std::array<S, 3 * lanes> from{}, to{};
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = S(i + 1);
  for (std::size_t shift = 0; shift <= lanes; ++shift) {
    to.fill(S(0));
    simd::store<S>(to.data() + shift, simd::load<S>(from.data() + lanes - shift));
    for (std::size_t i = 0; i < to.size(); ++i) {
      const bool written = i >= shift && i < shift + lanes;
      CHECK(to[i] == (written ? S(lanes - 2 * shift + i + 1) : S(0)));
    }
  }
}
