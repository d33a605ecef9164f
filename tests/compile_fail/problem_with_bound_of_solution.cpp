// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S26] `bound` must be `static double bound(const Condition&)`
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifdef GDM_EXPECT_FAIL
  static double bound(const Condition&, const Solution&) { return 0.0; }
#else
  static double bound(const Condition&) { return 0.0; }
#endif
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
