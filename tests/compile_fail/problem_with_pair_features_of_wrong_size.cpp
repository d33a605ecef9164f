// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S45] `tokens.pair_features` = C asks for `static gdm::Vector<C * count * count> pair_features(const Condition&)`
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
  static constexpr gdm::TokenLayout tokens{
      .count = 2, .features = 1, .global_features = 1, .latents = 1, .pair_features = 3};
#ifdef GDM_EXPECT_FAIL
  static gdm::Vector<6> pair_features(const Condition&) { return gdm::Vector<6>::Zero(); }
#else
  static gdm::Vector<12> pair_features(const Condition&) { return gdm::Vector<12>::Zero(); }
#endif
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
