// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S11] Problem needs `using Condition = gdm::Vector<N>`
#include <gdm/problem/problem_errors.hpp>

struct Mine {
#ifndef GDM_EXPECT_FAIL
  using Condition = gdm::Vector<2>;
#endif
  using Solution = gdm::Vector<2>;
  static constexpr gdm::Sense sense = gdm::Sense::minimize;
  static double objective(const gdm::Vector<2>&, const gdm::Vector<2>& y) { return y.sum(); }
  static gdm::Vector<2> project(const gdm::Vector<2>&, const gdm::Vector<2>& y) { return y; }
  static double violation(const gdm::Vector<2>&, const gdm::Vector<2>&) { return 0.0; }
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
