// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S17] the problem's `tokens` must add up to its Features and Latent
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifdef GDM_EXPECT_FAIL
  static constexpr gdm::TokenLayout tokens{.count = 2, .features = 1, .latents = 1};
#else
  static constexpr gdm::TokenLayout tokens{.count = 1, .features = 3, .latents = 2};
#endif
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
