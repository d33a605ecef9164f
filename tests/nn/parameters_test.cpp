// SPDX-License-Identifier: MIT
#include <gdm/autodiff/activation.hpp>
#include <gdm/autodiff/compose.hpp>
#include <gdm/autodiff/dense.hpp>
#include <gdm/nn/parameters.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace {

using Op = gdm::Chain<gdm::Dense<50, 80>, gdm::Dense<80, 80>, gdm::Dense<80, 60>, gdm::Dense<60, 7>>;
using Parameters = Op::Parameters<float>;

std::unique_ptr<Parameters> initialised(std::uint64_t seed) {
  auto p = std::make_unique<Parameters>();
  for (float& v : gdm::flat<float>(*p)) v = std::numeric_limits<float>::quiet_NaN();  // all of it is to be replaced
  gdm::initialise<Op>(*p, seed, "3.");
  return p;
}

template <class Block>
std::vector<double> elements(const Block& block) {
  std::vector<double> all;
  for (int j = 0; j < Block::cols; ++j)
    for (int i = 0; i < Block::rows; ++i) all.push_back(static_cast<double>(block(i, j)));
  return all;
}

}  // namespace

TEST_CASE("initial weights have mean 0 and variance 2 / fan-in, layer by layer") {
  const auto p = initialised(1);
  const auto check = [](const auto& block) {
    const auto w = elements(block);
    const double n = static_cast<double>(w.size()), variance = 2.0 / block.cols;
    double sum = 0, square = 0, fourth = 0;
    for (const double v : w) {
      sum += v;
      square += v * v;
      fourth += v * v * v * v;
    }
    // Within 4 standard deviations of the estimates of mean, variance and fourth moment of a normal distribution.
    CHECK(std::abs(sum / n) <= 4 * std::sqrt(variance / n));
    CHECK(std::abs(square / n / variance - 1) <= 4 * std::sqrt(2 / n));
    CHECK(std::abs(fourth / n / (variance * variance) - 3) <= 4 * std::sqrt(96 / n));
  };
  check(std::get<0>(*p).weight);
  check(std::get<2>(*p).weight);
}

TEST_CASE("the last layer, biases and padding start at zero") {
  const auto p = initialised(2);
  const auto all_are = [](const auto& block, double value) {
    const auto v = elements(block);
    return std::all_of(v.begin(), v.end(), [&](double x) { return x == value; });
  };
  CHECK(all_are(std::get<0>(*p).bias, 0));
  CHECK(all_are(std::get<1>(*p).bias, 0));
  CHECK(all_are(std::get<2>(*p).bias, 0));
  CHECK(all_are(std::get<3>(*p).weight, 0));
  CHECK(all_are(std::get<3>(*p).bias, 0));
  Op::visit(
      [](const std::string& name, const auto& block) {
        CAPTURE(name);
        for (int j = 0; j < block.cols; ++j)
          for (int i = block.rows; i < block.stride; ++i) CHECK(block.column(j)[i] == 0);
      },
      *p);
}

TEST_CASE("initial weights are a function of the seed, and no two layers start with the same numbers") {
  const auto a = initialised(3), b = initialised(3), c = initialised(4);
  CHECK(elements(std::get<0>(*a).weight) == elements(std::get<0>(*b).weight));
  CHECK(elements(std::get<0>(*a).weight) != elements(std::get<0>(*c).weight));
  CHECK(std::get<0>(*a).weight(0, 0) / std::sqrt(80.0f) != std::get<2>(*a).weight(0, 0) / std::sqrt(50.0f));
}

TEST_CASE("the number of weights leaves the padding out, and the flat view covers every block") {
  const auto p = initialised(5);
  CHECK(gdm::parameter_count<Op>(*p) == 50 * 80 + 80 + 80 * 80 + 80 + 80 * 60 + 60 + 60 * 7 + 7);
  const auto all = gdm::flat<float>(*p);
  CHECK(all.size() * sizeof(float) == sizeof(Parameters));
  Op::visit(
      [&](const std::string&, auto& block) {
        CHECK(block.data >= all.data());
        CHECK(block.data + block.stride * block.cols <= all.data() + all.size());
      },
      *p);
}
