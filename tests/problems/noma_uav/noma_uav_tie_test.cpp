// SPDX-License-Identifier: MIT
#include <gdm/problems/noma_uav/noma_uav.hpp>

#include <cmath>

#include <doctest/doctest.h>

namespace {

using P = gdm::NuProblem;

// Through a pointer that the compiler cannot see through: compiled once, on its own.
P::Solution (*volatile project)(const P::Condition&, const P::Solution&) = P::project;
double (*volatile violation)(const P::Condition&, const P::Solution&) = P::violation;
P::Solution (*volatile decode)(const P::Condition&, const P::Latent&) = P::decode;

}  // namespace

// This file is compiled with -O3: there g++ compiles `violation` as a part of its caller with other multiply-adds than on
// its own, and 3 in 1,000 of these answers were infeasible when they were left to the compiler.
TEST_CASE("positions where two terminals are equally far are feasible for every place that asks") {
  gdm::RandomStream random(5, 0, 0);
  int infeasible = 0;
  for (int i = 0; i < 20'000; ++i) {
    const P::Condition x = P::draw(random);
    const double dx = x[2] - x[0], dy = x[3] - x[1], along = random.uniform(-200, 200) / std::hypot(dx, dy);
    P::Solution y;
    y << (x[0] + x[2]) / 2 - dy * along, (x[1] + x[3]) / 2 + dx * along, 6, 6, 6;
    for (const P::Solution& z : {decode(x, P::encode(x, y)), project(x, y), P::project(x, y)}) {
      infeasible += violation(x, z) > 1e-9 ? 1 : 0;
      infeasible += P::violation(x, z) > 1e-9 ? 1 : 0;
    }
  }
  CHECK(infeasible == 0);
}
