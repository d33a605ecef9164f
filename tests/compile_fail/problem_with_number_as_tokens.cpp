// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S29] `tokens` must be `static constexpr gdm::TokenLayout tokens`
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifdef GDM_EXPECT_FAIL
  static constexpr int tokens = 1;
#else
  static constexpr gdm::TokenLayout tokens{.count = 1, .features = 3, .latents = 2};
#endif
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
