// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S45] `tokens.pair_features` = C asks for
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifdef GDM_EXPECT_FAIL
  static constexpr gdm::TokenLayout tokens{.count = 2, .features = 1, .global_features = 1, .latents = 1};
#else
  static constexpr gdm::TokenLayout tokens{
      .count = 2, .features = 1, .global_features = 1, .latents = 1, .pair_features = 3};
#endif
  static gdm::Vector<12> pair_features(const Condition&) { return gdm::Vector<12>::Zero(); }
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
