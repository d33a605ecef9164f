// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S15] Problem needs `static Solution project(const Condition&, const Solution&)`
#include <gdm/problem/problem_errors.hpp>

struct Mine {
  using Condition = gdm::Vector<2>;
  using Solution = gdm::Vector<2>;
  static constexpr gdm::Sense sense = gdm::Sense::minimize;
  static double objective(const gdm::Vector<2>&, const gdm::Vector<2>& y) { return y.sum(); }
#ifndef GDM_EXPECT_FAIL
  static gdm::Vector<2> project(const gdm::Vector<2>&, const gdm::Vector<2>& y) { return y; }
#endif
  static double violation(const gdm::Vector<2>&, const gdm::Vector<2>&) { return 0.0; }
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
