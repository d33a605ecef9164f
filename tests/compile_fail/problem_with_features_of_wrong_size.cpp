// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S27] `Features` must be a `gdm::Vector<N>`, with `static Features features(const Condition&)`
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifdef GDM_EXPECT_FAIL
  using Features = gdm::Vector<4>;
  static Condition features(const Condition& x) { return x; }
#else
  using Features = gdm::Vector<3>;
  static Features features(const Condition& x) { return x; }
#endif
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
