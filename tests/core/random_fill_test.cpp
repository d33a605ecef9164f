// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <cstring>
#include <gdm/core/random_fill.hpp>
#include <limits>
#include <numbers>
#include <vector>

#include "goodness_of_fit.hpp"

namespace {

using gdm::StreamId;

constexpr StreamId stream{.seed = 0x0123456789ABCDEF, .instance = 3, .sample = 1, .step = 17};

template <class S>
std::vector<S> normals(const StreamId& id, std::size_t n) {
  std::vector<S> out(n);
  gdm::fill_normal(id, out.data(), n);
  return out;
}

/// The uniform of 53 bits that the scalar Philox gives, exactly.
long double exact_unit(const gdm::PhiloxBlock& block, std::size_t word) {
  const std::uint64_t bits = (std::uint64_t{block[word + 1]} << 32) | block[word];
  return (static_cast<long double>(bits >> 12) + 0.5L) * 0x1p-52L;
}

/// Box-Muller in long double from the scalar Philox.
template <class S>
long double exact_normal(const StreamId& id, std::size_t j) {
  long double u = 0;
  long double v = 0;
  if (sizeof(S) == sizeof(float)) {
    const auto block = gdm::philox_block(id, static_cast<std::uint32_t>(j / 4));
    const std::size_t first = j % 4 / 2 * 2;
    const float rounded =
        static_cast<float>(block[first] >> 1) + 0.5f;  // u is a float, and the transform that of this u
    u = rounded * 0x1p-31L;
    v = static_cast<long double>(block[first + 1]) * 0x1p-32L;
  } else {
    const auto block = gdm::philox_block(id, static_cast<std::uint32_t>(j / 2));
    u = exact_unit(block, 0);
    v = exact_unit(block, 2);
  }
  const long double angle = 2 * std::numbers::pi_v<long double> * v;
  return std::sqrt(-2 * std::log(u)) * (j % 2 == 0 ? std::cos(angle) : std::sin(angle));
}

/// FNV-1a of the bytes.
template <class S>
std::uint64_t fingerprint(const std::vector<S>& values) {
  std::vector<unsigned char> bytes(values.size() * sizeof(S));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001B3;
  return hash;
}

/// Fills of every length up to `longest` start alike and leave what lies behind alone.
template <class S, class Fill>
void check_prefixes(const Fill& fill, std::size_t longest) {
  const S guard = S(77);
  std::vector<S> whole(longest);
  fill(whole.data(), longest);
  for (std::size_t n = 0; n <= longest; ++n) {
    std::vector<S> part(longest + 2, guard);
    fill(part.data() + 1, n);  // and at any alignment
    const bool same = std::equal(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n), part.begin() + 1);
    const bool kept = part[0] == guard && std::count(part.begin() + 1 + static_cast<std::ptrdiff_t>(n), part.end(),
                                                     guard) == static_cast<std::ptrdiff_t>(longest + 1 - n);
    CAPTURE(n);
    CHECK(same);
    CHECK(kept);
  }
}

}  // namespace

TEST_CASE("fill_bits is the blocks of the scalar Philox in a row") {
  std::vector<std::uint32_t> words(1003);
  gdm::fill_bits(stream, words.data(), words.size());
  for (std::size_t j = 0; j < words.size(); ++j) {
    CHECK(words[j] == gdm::philox_block(stream, static_cast<std::uint32_t>(j / 4))[j % 4]);
  }
}

TEST_CASE("fill_uniform is exactly the words of the stream, scaled") {
  std::vector<float> single(1003);
  gdm::fill_uniform(stream, single.data(), single.size());
  for (std::size_t j = 0; j < single.size(); ++j) {
    const std::uint32_t word = gdm::philox_block(stream, static_cast<std::uint32_t>(j / 4))[j % 4];
    CHECK(single[j] == (static_cast<float>(word >> 9) + 0.5f) * 0x1p-23f);
  }
  std::vector<double> twice(1003);
  gdm::fill_uniform(stream, twice.data(), twice.size());
  for (std::size_t j = 0; j < twice.size(); ++j) {
    const auto block = gdm::philox_block(stream, static_cast<std::uint32_t>(j / 2));
    CHECK(twice[j] == exact_unit(block, j % 2 * 2));
  }
}

TEST_CASE_TEMPLATE("fill_normal agrees with the Box-Muller transform in long double", S, float, double) {
  const std::size_t n = 200'000;
  const std::vector<S> z = normals<S>(stream, n);
  long double largest = 0;
  for (std::size_t j = 0; j < n; ++j) largest = std::max(largest, std::abs(z[j] - exact_normal<S>(stream, j)));
  CHECK(largest <= (sizeof(S) == sizeof(float) ? 1e-6L : 2e-15L));
}

TEST_CASE("the bits are the same on every processor and with every compiler") {
  CHECK(fingerprint(normals<float>(stream, 100'000)) == 4343786321159645793U);
  CHECK(fingerprint(normals<double>(stream, 100'000)) == 10850467488415049671U);
}

TEST_CASE_TEMPLATE("a longer fill starts with the values of a shorter one and neither writes outside", S, float,
                   double) {
  check_prefixes<S>([](S* out, std::size_t n) { gdm::fill_normal(stream, out, n); }, 150);
  check_prefixes<S>([](S* out, std::size_t n) { gdm::fill_uniform(stream, out, n); }, 150);
  check_prefixes<std::uint32_t>([](std::uint32_t* out, std::size_t n) { gdm::fill_bits(stream, out, n); }, 150);
}

TEST_CASE_TEMPLATE("fill_normal_steps gives the columns that fill_normal gives one by one", S, float, double) {
  const std::uint32_t last = std::numeric_limits<std::uint32_t>::max();
  for (const std::uint32_t step : {0U, 5U, last - 2}) {  // the step wraps around
    for (const int dim : {1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 31, 32, 33, 63, 80, 100}) {
      for (const int steps : {1, 2, 3, 7, 8, 9, 20, 33}) {
        const auto rows = static_cast<std::size_t>(dim);
        const std::size_t size = rows * static_cast<std::size_t>(steps);
        std::vector<S> found(size + 1, S(77));
        gdm::fill_normal_steps({.seed = 9, .instance = 8, .sample = 7, .step = step}, steps, dim, found.data());
        std::vector<S> expected(size + 1, S(77));
        for (std::uint32_t k = 0; k < static_cast<std::uint32_t>(steps); ++k) {
          gdm::fill_normal({.seed = 9, .instance = 8, .sample = 7, .step = step + k}, expected.data() + k * rows, rows);
        }
        CAPTURE(dim);
        CAPTURE(steps);
        CHECK(found == expected);
      }
    }
  }
}

TEST_CASE("fill_normal_steps without steps or rows writes nothing") {
  float value = 77;
  gdm::fill_normal_steps(stream, 0, 3, &value);
  gdm::fill_normal_steps(stream, 3, 0, &value);
  gdm::fill_normal_steps(stream, -1, 3, &value);
  gdm::fill_normal_steps<float>(stream, 0, 0, nullptr);
  CHECK(value == 77);
}

TEST_CASE_TEMPLATE("normals have the moments, the distribution function and the cells of the normal law", S, float,
                   double) {
  const std::size_t n = 400'000;
  const boost::math::normal law;
  std::vector<S> steps(n);
  gdm::fill_normal_steps({.seed = 5}, static_cast<int>(n / 4), 4, steps.data());
  std::vector<S> short_steps(n);
  gdm::fill_normal_steps({.seed = 5, .instance = 1}, static_cast<int>(n), 1, short_steps.data());
  for (const std::vector<S>& z : {normals<S>({.seed = 5, .sample = 1}, n), steps, short_steps}) {
    double moment[5] = {};
    std::vector<std::size_t> cells(200);
    for (const S value : z) {
      double power = 1;
      for (int k = 1; k <= 4; ++k) moment[k] += power *= static_cast<double>(value);
      const double p = boost::math::cdf(law, static_cast<double>(value));
      ++cells[std::min<std::size_t>(199, static_cast<std::size_t>(p * 200))];
    }
    const auto count = static_cast<double>(n);
    // E z^k = 0, 1, 0, 3 with variances 1, 2, 15, 96
    CHECK(std::abs(moment[1] / count - 0) * std::sqrt(count / 1) < normal_bound());
    CHECK(std::abs(moment[2] / count - 1) * std::sqrt(count / 2) < normal_bound());
    CHECK(std::abs(moment[3] / count - 0) * std::sqrt(count / 15) < normal_bound());
    CHECK(std::abs(moment[4] / count - 3) * std::sqrt(count / 96) < normal_bound());
    CHECK(kolmogorov(z, [&](double x) { return boost::math::cdf(law, x); }) < kolmogorov_bound());
    CHECK(chi_square(cells) < chi_square_bound(cells.size()));
  }
}

TEST_CASE_TEMPLATE("uniforms fill (0, 1) evenly, alone and in pairs", S, float, double) {
  const std::size_t n = 400'000;
  std::vector<S> u(n);
  gdm::fill_uniform({.seed = 6}, u.data(), n);
  std::vector<std::size_t> cells(1000);
  std::vector<std::size_t> squares(400);
  const auto cell = [](S x, int of) { return static_cast<std::size_t>(x * static_cast<S>(of)); };
  for (std::size_t j = 0; j < n; ++j) ++cells[cell(u[j], 1000)];
  for (std::size_t j = 0; j + 1 < n; j += 2) ++squares[20 * cell(u[j], 20) + cell(u[j + 1], 20)];
  CHECK(kolmogorov(u, [](double x) { return x; }) < kolmogorov_bound());
  CHECK(chi_square(cells) < chi_square_bound(cells.size()));
  CHECK(chi_square(squares) < chi_square_bound(squares.size()));
}

TEST_CASE("every bit of the words is set half of the time") {
  const std::size_t n = 100'000;
  std::vector<std::uint32_t> words(n);
  gdm::fill_bits({.seed = 8}, words.data(), n);
  for (int bit = 0; bit < 32; ++bit) {
    std::size_t set = 0;
    for (const std::uint32_t word : words) set += word >> bit & 1U;
    const auto count = static_cast<double>(n);
    CHECK(std::abs(static_cast<double>(set) - count / 2) / std::sqrt(count / 4) < normal_bound());
  }
}

TEST_CASE_TEMPLATE("streams that differ in one coordinate are uncorrelated, and so are their squares", S, float,
                   double) {
  const std::size_t n = 100'000;
  const auto squares = [](std::vector<S> x) {
    for (S& value : x) value *= value;
    return x;
  };
  const std::vector<S> one = normals<S>(stream, n);
  std::vector<StreamId> others;
  for (const int bit : {0, 1, 15, 31}) {
    const std::uint32_t flip = 1U << bit;
    for (const int shift : {0, 32}) {
      others.push_back(stream);
      others.back().seed ^= std::uint64_t{flip} << shift;
    }
    others.push_back(stream);
    others.back().instance ^= flip;
    others.push_back(stream);
    others.back().sample ^= flip;
    others.push_back(stream);
    others.back().step ^= flip;
  }
  others.push_back({.seed = stream.seed, .instance = stream.sample, .sample = stream.instance, .step = stream.step});
  for (const StreamId& id : others) {
    const std::vector<S> other = normals<S>(id, n);
    CHECK(std::abs(scaled_correlation(one, other)) < normal_bound());
    CHECK(std::abs(scaled_correlation(squares(one), squares(other))) < normal_bound());
  }
}

TEST_CASE_TEMPLATE("neighbours within a stream are uncorrelated, and so are their squares", S, float, double) {
  const std::size_t n = 100'000;
  const std::vector<S> z = normals<S>({.seed = 12}, n + 16);
  const std::vector<S> head(z.begin(), z.begin() + static_cast<std::ptrdiff_t>(n));
  for (std::ptrdiff_t lag = 1; lag <= 16; ++lag) {
    const std::vector<S> tail(z.begin() + lag, z.begin() + lag + static_cast<std::ptrdiff_t>(n));
    CHECK(std::abs(scaled_correlation(head, tail)) < normal_bound());
    std::vector<S> a = head;
    std::vector<S> b = tail;
    for (std::size_t i = 0; i < n; ++i) a[i] *= a[i], b[i] *= b[i];
    CHECK(std::abs(scaled_correlation(a, b)) < normal_bound());
  }
}

TEST_CASE_TEMPLATE("ten million normals are finite and their tail is as heavy as it must be", S, float, double) {
  const int fills = 100;
  const std::size_t n = 100'000;
  std::vector<S> z(n);
  std::size_t beyond[3] = {};
  const S border[3] = {S(3), S(4), S(5)};
  bool finite = true;
  S farthest = 0;
  for (std::uint32_t k = 0; k < fills; ++k) {
    gdm::fill_normal({.seed = 13, .instance = k}, z.data(), n);
    for (const S value : z) {
      const S size = value < 0 ? -value : value;
      finite = finite && size <= std::numeric_limits<S>::max();  // false for a NaN
      farthest = std::max(farthest, size);
      if (size > border[0]) {
        for (int b = 0; b < 3; ++b) beyond[b] += size > border[b] ? 1U : 0U;
      }
    }
  }
  CHECK(finite);
  CHECK(farthest > S(4.9));
  CHECK(farthest < S(sizeof(S) == sizeof(float) ? 6.661 : 8.572));
  for (int b = 0; b < 3; ++b) {
    const double tail = 2 * boost::math::cdf(boost::math::complement(boost::math::normal(), double(border[b])));
    const boost::math::poisson law(fills * static_cast<double>(n) * tail);  // rare events
    const auto count = static_cast<double>(beyond[b]);
    CHECK(boost::math::cdf(law, count) > false_alarm / 2);
    CHECK(boost::math::cdf(boost::math::complement(law, count)) > false_alarm / 2);
  }
}
