// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S72] the problem's `training` must be `static constexpr gdm::TrainDefaults training`
#include <gdm/model/policy_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifdef GDM_EXPECT_FAIL
  static constexpr int training = 60;
#endif
};

int main() { return gdm::detail::check_arguments<Mine>() ? 0 : 1; }
