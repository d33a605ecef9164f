// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <gdm/core/random.hpp>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "goodness_of_fit.hpp"

namespace {

using gdm::RandomStream;
using gdm::StreamId;

static_assert(std::uniform_random_bit_generator<RandomStream>);
static_assert(std::is_trivially_copyable_v<RandomStream::State>);
static_assert(std::is_trivially_copyable_v<RandomStream>);

constexpr StreamId stream{.seed = 0xFEDCBA9876543210, .instance = 4, .sample = 3, .step = 2};

/// Chi-square of `below(n)` over its residues modulo `cells`, which are equally likely when `cells` divides n.
double residues(std::uint32_t n, std::uint32_t cells, std::size_t draws) {
  RandomStream rng(21, n);
  std::vector<std::size_t> counts(cells);
  for (std::size_t i = 0; i < draws; ++i) {
    const std::uint32_t value = rng.below(n);
    REQUIRE(value < n);
    ++counts[value % cells];
  }
  return chi_square(counts);
}

}  // namespace

TEST_CASE("a stream draws the words, uniforms and normals that the fills give") {
  const std::size_t n = 101;
  std::vector<std::uint32_t> words(n);
  gdm::fill_bits(stream, words.data(), n);
  std::vector<double> uniforms(n);
  gdm::fill_uniform(stream, uniforms.data(), n);
  std::vector<double> normals(2 * n);
  gdm::fill_normal(stream, normals.data(), 2 * n);
  RandomStream a(stream);
  RandomStream b(stream.seed, stream.instance, stream.sample, stream.step);
  RandomStream c(stream);
  for (std::size_t j = 0; j < n; ++j) {
    CHECK(a() == words[j]);
    CHECK(b.uniform() == uniforms[j]);
    CHECK(c.normal() == normals[2 * j]);
  }
}

TEST_CASE("a stream goes on from its state with the same bits, wherever it stopped and whatever was drawn") {
  RandomStream rng(stream);
  for (int stop = 0; stop < 40; ++stop) {
    RandomStream copy(rng.state());
    CHECK(copy.state() == rng.state());
    for (int i = 0; i < 3; ++i) {
      CHECK(copy() == rng());
      CHECK(copy.normal() == rng.normal());
      CHECK(copy.uniform() == rng.uniform());
      CHECK(copy.below(1000) == rng.below(1000));
    }
    (void)rng();
  }
}

TEST_CASE("a state counts words, so that a checkpoint can be checked by hand") {
  RandomStream rng(stream);
  CHECK(rng.state() == RandomStream::State{stream, 0});
  (void)rng();
  CHECK(rng.state().position == 1);
  (void)rng.uniform();
  CHECK(rng.state().position == 3);
  (void)rng.normal();
  CHECK(rng.state().position == 7);
  const std::uint64_t far = (std::uint64_t{1} << 33) + 5;
  CHECK(RandomStream(RandomStream::State{stream, far})() == gdm::philox_block(stream, 0x80000001U)[1]);
}

TEST_CASE("normals drawn one by one, between other draws, follow the normal law") {
  RandomStream rng(3);
  std::vector<double> z(200'000);
  for (double& value : z) {
    value = rng.normal();
    if (rng() % 2 == 0) (void)rng.uniform();
  }
  const boost::math::normal law;
  CHECK(kolmogorov(z, [&](double x) { return boost::math::cdf(law, x); }) < kolmogorov_bound());
}

TEST_CASE("uniform(low, high) stays between its borders and fills them evenly") {
  RandomStream rng(4);
  std::vector<double> u(200'000);
  for (double& value : u) {
    value = rng.uniform(-3, 7);
    REQUIRE(value >= -3);
    REQUIRE(value <= 7);
  }
  CHECK(kolmogorov(u, [](double x) { return (x + 3) / 10; }) < kolmogorov_bound());
  CHECK(rng.uniform(2.5, 2.5) == 2.5);
}

TEST_CASE("below is even over small ranges") {
  CHECK(residues(2, 2, 100'000) < chi_square_bound(2));
  CHECK(residues(7, 7, 100'000) < chi_square_bound(7));
  CHECK(residues(1000, 1000, 300'000) < chi_square_bound(1000));
}

TEST_CASE("below is even over ranges that do not divide 2^32, where scaling a word alone is not") {
  const std::uint32_t n = 3U << 30;
  CHECK(residues(n, 3, 100'000) < chi_square_bound(3));
  std::vector<std::size_t> scaled(3);  // the same without the rejection: the check above can fail
  RandomStream rng(22);
  for (int i = 0; i < 100'000; ++i) ++scaled[(std::uint64_t{rng()} * n >> 32) % 3];
  CHECK(chi_square(scaled) > chi_square_bound(3));
}

TEST_CASE("below(1) is 0 and below(0) is refused") {
  RandomStream rng(5);
  for (int i = 0; i < 10; ++i) CHECK(rng.below(1) == 0);
  try {
    (void)rng.below(0);
    FAIL("no exception");
  } catch (const gdm::Error& error) {
    CHECK(error.code() == gdm::Errc::invalid_argument);
    CHECK(std::string(error.what()).find("RandomStream::below: n is 0.") != std::string::npos);
  }
}
