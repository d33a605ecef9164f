// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S44] `refine` must be `static Solution refine(const Condition&, const Solution&)`
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifdef GDM_EXPECT_FAIL
  static Solution refine(const Condition& x) { return x.head<2>(); }
#else
  static Solution refine(const Condition&, const Solution& y) { return y; }
#endif
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
