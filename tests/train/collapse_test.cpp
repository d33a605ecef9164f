// SPDX-License-Identifier: MIT
#include <gdm/train/collapse.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string_view>
#include <vector>

namespace {

struct Largest {
  static bool better(double a, double b) { return a > b; }
};
struct Smallest {
  static bool better(double a, double b) { return a < b; }
};

/// After rounds in which one sample had these objectives, and the best known solutions the last of `objective`.
gdm::LearnReport report(const std::vector<double>& sampled, double objective) {
  gdm::LearnReport r;
  r.sampled = sampled;
  r.objective.assign(sampled.size(), objective);
  return r;
}

}  // namespace

TEST_CASE("collapsed: one sample that is more than 5 % worse than a round ago") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  using gdm::detail::collapsed;
  CHECK(collapsed<Largest>(report({nan, 9.5, 8.99}, 10), 0.1) != nullptr);
  CHECK(collapsed<Largest>(report({nan, 9.5, 9.01}, 10), 0.1) == nullptr);
  CHECK(collapsed<Largest>(report({nan, 8.0, 9.9}, 10), 0.1) == nullptr);  // better
  CHECK(collapsed<Largest>(report({nan, 1.0}, 10), 0.1) == nullptr);       // nothing to compare with
  CHECK(collapsed<Smallest>(report({nan, 10.2, 10.8}, 10), 0.1) != nullptr);
  CHECK(collapsed<Smallest>(report({nan, 10.2, 9.0}, 10), 0.1) == nullptr);
}

TEST_CASE("collapsed: samples that are all alike, unless nothing better is known") {
  using gdm::detail::collapsed;
  const auto said = [](const char* text) { return std::string_view(text == nullptr ? "" : text); };
  CHECK(said(collapsed<Largest>(report({9.9, 9.9}, 10), 1e-10)).find("alike") != std::string_view::npos);
  CHECK(collapsed<Largest>(report({9.9, 9.9}, 10), 1e-8) == nullptr);
  CHECK(collapsed<Largest>(report({9.995, 9.995}, 10), 1e-10) == nullptr);  // the best known are hardly better
}

TEST_CASE("alike: mean within a quarter of a deviation, deviation within a quarter") {
  gdm::Standardisation<2> then;
  then.mean << 1, -2;
  then.deviation << 2, 0.5;
  auto now = then;
  CHECK(gdm::detail::alike(now, then));
  now.mean[0] = 1.49;
  CHECK(gdm::detail::alike(now, then));
  now.mean[0] = 1.51;
  CHECK_FALSE(gdm::detail::alike(now, then));
  now = then;
  now.deviation[1] = 0.63;
  CHECK_FALSE(gdm::detail::alike(now, then));
  now.deviation[1] = 0.39;
  CHECK_FALSE(gdm::detail::alike(now, then));
  now.deviation[1] = 0.41;
  CHECK(gdm::detail::alike(now, then));
}
