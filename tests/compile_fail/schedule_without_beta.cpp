// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S42] A schedule needs `static constexpr int steps` of at least 1, `static double beta(int t)`
#include <gdm/model/policy_errors.hpp>

#include "sound.hpp"

#ifdef GDM_EXPECT_FAIL
struct Mine : gdm::schedule_tag {
  static constexpr int steps = 5;
  static std::string name() { return "mine"; }
};
#else
struct Mine : gdm::schedule_tag {
  static constexpr int steps = 5;
  static double beta(int) { return 0.5; }
  static std::string name() { return "mine"; }
};
#endif

int main() { return gdm::detail::check_arguments<Sound, Mine>() ? 0 : 1; }
