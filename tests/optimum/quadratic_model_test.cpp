// SPDX-License-Identifier: MIT
#include <gdm/optimum/quadratic_model.hpp>

#include <cmath>
#include <random>

#include <doctest/doctest.h>
#include <gdm/problem/draw.hpp>

TEST_CASE("the maximum of a quadratic on a rectangle is that of a fine grid, for every kind of curvature") {
  std::mt19937_64 rng(81);
  for (int repeat = 0; repeat < 500; ++repeat) {
    gdm::QuadraticModel m;
    m.gx = gdm::draw_normal(rng);
    m.gy = gdm::draw_normal(rng);
    m.hxx = 2.0 * gdm::draw_normal(rng) - (repeat % 2);
    m.hyy = 2.0 * gdm::draw_normal(rng) - (repeat % 2);
    m.hxy = gdm::draw_normal(rng);
    m.radius = repeat % 3 == 0 ? 0.0 : gdm::draw_uniform(rng);
    const double hx = 2.0 * gdm::draw_uniform(rng), hy = 2.0 * gdm::draw_uniform(rng);
    const auto top = m.maximum(hx, hy);
    CHECK(std::abs(top.x) <= hx);
    CHECK(std::abs(top.y) <= hy);
    const auto value = [&](double x, double y, double xy) {
      return m.gx * x + m.gy * y + 0.5 * ((m.hxx + m.radius) * x * x + 2.0 * xy * x * y + (m.hyy + m.radius) * y * y);
    };
    CHECK(std::abs(value(top.x, top.y, m.hxy) - top.value) <= 1e-12);
    double grid = -1e300, enclosed = -1e300;
    constexpr int steps = 60;
    for (int i = -steps; i <= steps; ++i) {
      for (int j = -steps; j <= steps; ++j) {
        const double x = hx * i / steps, y = hy * j / steps;
        grid = std::max(grid, value(x, y, m.hxy));
        // The worst matrix that the radius allows.
        const double off = x * y >= 0.0 ? m.hxy + m.radius : m.hxy - m.radius;
        enclosed = std::max(enclosed, m.gx * x + m.gy * y + 0.5 * (m.hxx * x * x + 2.0 * off * x * y + m.hyy * y * y));
      }
    }
    CHECK(top.value >= grid - 1e-12);
    CHECK(top.value <= grid + 10.0 * (hx + hy) / steps);
    CHECK(top.value >= enclosed - 1e-12);
  }
}

TEST_CASE("the inverse of the negative curvature is positive definite, and exact where the model is concave") {
  gdm::QuadraticModel m;
  m.hxx = -4.0;
  m.hyy = -3.0;
  m.hxy = 1.0;
  const auto inverse = m.negative_inverse();
  CHECK(std::abs(inverse.xx - 3.0 / 11.0) <= 1e-15);
  CHECK(std::abs(inverse.yy - 4.0 / 11.0) <= 1e-15);
  CHECK(std::abs(inverse.xy - 1.0 / 11.0) <= 1e-15);
  m.hxx = 2.0;
  const auto shifted = m.negative_inverse();
  CHECK(shifted.xx > 0.0);
  CHECK(shifted.xx * shifted.yy > shifted.xy * shifted.xy);
}
