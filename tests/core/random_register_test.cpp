// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <gdm/core/random_register.hpp>

namespace {

namespace detail = gdm::random_detail;

detail::Blocks blocks_of(std::uint32_t w0, std::uint32_t w1) {
  detail::Blocks x;
  for (int k = 0; k < 4; ++k) x.word[k] = detail::Words{} + std::uint64_t{k % 2 == 0 ? w0 : w1};
  return x;
}

constexpr std::uint32_t extremes[] = {0U, 1U, 0x1FFU, 0x3FFFFFFFU, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFE00U, 0xFFFFFFFFU};

}  // namespace

TEST_CASE("no word makes a uniform 0 or 1") {
  for (const std::uint32_t w0 : extremes) {
    for (const std::uint32_t w1 : extremes) {
      const auto single = detail::UniformKernel<float>::apply(blocks_of(w0, w1));
      CHECK(single.even[0] >= 0x1p-24f);
      CHECK(single.even[0] <= 1 - 0x1p-24f);
      CHECK(single.odd[0] >= 0x1p-24f);
      CHECK(single.odd[0] <= 1 - 0x1p-24f);
      const auto twice = detail::UniformKernel<double>::apply(blocks_of(w0, w1));
      CHECK(twice.even[0] >= 0x1p-53);
      CHECK(twice.even[0] <= 1 - 0x1p-53);
    }
  }
  CHECK(detail::UniformKernel<float>::apply(blocks_of(0, 0)).even[0] == 0x1p-24f);
  CHECK(detail::UniformKernel<double>::apply(blocks_of(0, 0)).even[0] == 0x1p-53);
  CHECK(detail::UniformKernel<double>::apply(blocks_of(0xFFFFFFFFU, 0xFFFFFFFFU)).even[0] == 1 - 0x1p-53);
}

TEST_CASE_TEMPLATE("no word makes a normal NaN or infinite", S, float, double) {
  for (const std::uint32_t w0 : extremes) {
    for (const std::uint32_t w1 : extremes) {
      const auto z = detail::NormalKernel<S>::apply(blocks_of(w0, w1));
      for (int i = 0; i < gdm::simd::lanes<S>; ++i) {
        CHECK(std::isfinite(z.even[i]));
        CHECK(std::isfinite(z.odd[i]));
      }
    }
  }
}

TEST_CASE("the farthest normals are those of the smallest uniform") {
  CHECK(std::abs(detail::NormalKernel<float>::apply(blocks_of(0, 0)).even[0] - std::sqrt(64 * std::log(2.0))) < 1e-6);
  CHECK(std::abs(detail::NormalKernel<double>::apply(blocks_of(0, 0)).even[0] - std::sqrt(106 * std::log(2.0))) <
        4e-15);
}

TEST_CASE("store_interleaved takes the lanes of the two registers in turn") {
  constexpr int n = gdm::simd::lanes<float>;
  detail::Pair<gdm::simd::Pack<float>> pair;
  for (int i = 0; i < n; ++i) {
    pair.even[i] = static_cast<float>(2 * i);
    pair.odd[i] = static_cast<float>(2 * i + 1);
  }
  float out[2 * n];
  detail::store_interleaved(out, pair);
  for (int j = 0; j < 2 * n; ++j) CHECK(out[j] == static_cast<float>(j));
}
