// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S24] `validate` must be `static void validate(const Condition&)`
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifdef GDM_EXPECT_FAIL
  static void validate(const Solution&) {}
#else
  static void validate(const Condition&) {}
#endif
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
