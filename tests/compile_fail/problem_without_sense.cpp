// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S13] Problem needs `static constexpr gdm::Sense sense`
#include <gdm/problem/problem_errors.hpp>

struct Mine {
  using Condition = gdm::Vector<2>;
  using Solution = gdm::Vector<2>;
#ifndef GDM_EXPECT_FAIL
  static constexpr gdm::Sense sense = gdm::Sense::minimize;
#endif
  static double objective(const gdm::Vector<2>&, const gdm::Vector<2>& y) { return y.sum(); }
  static gdm::Vector<2> project(const gdm::Vector<2>&, const gdm::Vector<2>& y) { return y; }
  static double violation(const gdm::Vector<2>&, const gdm::Vector<2>&) { return 0.0; }
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
