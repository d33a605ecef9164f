// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S47] `present` must be `static bool present(const Condition&, int token)`
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
  static constexpr gdm::TokenLayout tokens{.count = 1, .features = 3, .latents = 2};
#ifdef GDM_EXPECT_FAIL
  static bool present(const Condition& x) { return x[0] > 0; }
#else
  static bool present(const Condition& x, int token) { return x[token] > 0; }
#endif
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
