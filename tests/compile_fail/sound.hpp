// SPDX-License-Identifier: MIT
/// @file
/// @brief A problem without a flaw, to which the pairs add one.
#pragma once

#include <gdm/core/vector.hpp>

struct Sound {
  using Condition = gdm::Vector<3>;
  using Solution = gdm::Vector<2>;
  static constexpr gdm::Sense sense = gdm::Sense::minimize;
  static double objective(const Condition&, const Solution& y) { return 1 + y.sum(); }
  static Solution project(const Condition&, const Solution& y) { return y; }
  static double violation(const Condition&, const Solution&) { return 0.0; }
};
