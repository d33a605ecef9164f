// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S21] `optimal` must be `static Solution optimal(const Condition&)`
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifdef GDM_EXPECT_FAIL
  Solution optimal(const Condition&) const { return {}; }
#else
  static Solution optimal(const Condition&) { return {}; }
#endif
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
