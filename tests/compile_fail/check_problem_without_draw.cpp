// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S81] check_problem draws instances: Problem needs `static Condition draw(Generator&)`
#include <gdm/problem/check_problem.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifndef GDM_EXPECT_FAIL
  template <class Generator>
  static Condition draw(Generator&) {
    return {};
  }
#endif
};

int main() { return gdm::check_problem<Mine>().passed() ? 0 : 1; }
