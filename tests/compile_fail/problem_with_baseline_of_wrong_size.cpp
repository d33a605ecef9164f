// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S25] `baseline` must be `static Solution baseline(const Condition&)`
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifdef GDM_EXPECT_FAIL
  static Condition baseline(const Condition& x) { return x; }
#else
  static Solution baseline(const Condition&) { return {}; }
#endif
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
