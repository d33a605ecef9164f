// SPDX-License-Identifier: MIT
/// @file
/// @brief Random terminals in a square, as NomaUav draws its instances.
#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include <gdm/core/vector.hpp>
#include <gdm/problem/draw.hpp>

GDM_NAMESPACE_BEGIN

/// x_1, y_1, .., x_K, y_K in [0, side]^2. Up to three terminals stand in distinct quadrants of the square, as in the
/// reference. With more, half of the instances are spread over the quadrants and half lie anywhere, and in half of either
/// the last terminal stands within 20 m or so of another: a network that is to solve other numbers of terminals has to
/// see clusters of uneven weight. Coordinates are continuous.
template <int K, class Generator>
[[nodiscard]] Vector<2 * K> draw_terminals(Generator& rng, double side) {
  std::array<int, 4> quadrants{0, 1, 2, 3};
  const bool spread = K <= 3 || draw_uniform(rng) < 0.5;
  Vector<2 * K> x;
  for (int i = 0; i < K; ++i) {
    double left = 0.0, low = 0.0, width = side;
    if (spread) {
      if (i < 4) {
        const int j = i + static_cast<int>(draw_uniform(rng) * (4 - i));
        std::swap(quadrants[static_cast<std::size_t>(i)], quadrants[static_cast<std::size_t>(j)]);
      }
      width = 0.5 * side;
      const int quadrant = quadrants[static_cast<std::size_t>(i % 4)];
      left = quadrant % 2 == 1 ? width : 0.0;
      low = quadrant >= 2 ? width : 0.0;
    }
    x[2 * i] = left + width * draw_uniform(rng);
    x[2 * i + 1] = low + width * draw_uniform(rng);
  }
  if (K > 3 && draw_uniform(rng) < 0.5) {
    const int near = static_cast<int>(draw_uniform(rng) * (K - 1));
    for (int k = 0; k < 2; ++k) x[2 * (K - 1) + k] = std::clamp(x[2 * near + k] + 20.0 * draw_normal(rng), 0.0, side);
  }
  return x;
}

GDM_NAMESPACE_END
