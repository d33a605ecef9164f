// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S14] Problem needs `static double objective(const Condition&, const Solution&)`
#include <gdm/problem/problem_errors.hpp>

struct Mine {
  using Condition = gdm::Vector<3>;
  using Solution = gdm::Vector<2>;
  static constexpr gdm::Sense sense = gdm::Sense::minimize;
#ifdef GDM_EXPECT_FAIL
  static double objective(const Solution& y, const Condition&) { return y.sum(); }
#else
  static double objective(const Condition&, const Solution& y) { return y.sum(); }
#endif
  static Solution project(const Condition&, const Solution& y) { return y; }
  static double violation(const Condition&, const Solution&) { return 0.0; }
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
