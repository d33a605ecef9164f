// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S23] `name` must be `static constexpr std::string_view name`
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifdef GDM_EXPECT_FAIL
  static constexpr int name = 5;
#else
  static constexpr std::string_view name = "mine";
#endif
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
