// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S22] `draw` must be `template <class Generator> static Condition draw(Generator&)`
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifdef GDM_EXPECT_FAIL
  static Condition draw(double&) { return {}; }
#else
  template <class Generator>
  static Condition draw(Generator&) {
    return {};
  }
#endif
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
