// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S47] `present` must be `static bool present(const Condition&, int token)`, in a problem with
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifdef GDM_EXPECT_FAIL
  static constexpr gdm::TokenLayout tokens{.count = 1, .features = 3, .latents = 1, .global_latents = 1};
#else
  static constexpr gdm::TokenLayout tokens{.count = 1, .features = 3, .latents = 2};
#endif
  static bool present(const Condition& x, int) { return x[0] > 0; }
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
