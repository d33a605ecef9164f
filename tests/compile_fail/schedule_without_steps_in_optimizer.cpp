// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S41] A schedule needs at least one step, CosineSchedule<20> say
#include <gdm/model/policy_errors.hpp>

#include "sound.hpp"

#ifdef GDM_EXPECT_FAIL
using Mine = gdm::CosineSchedule<0>;
#else
using Mine = gdm::CosineSchedule<1>;
#endif

int main() { return gdm::detail::check_arguments<Sound, Mine>() ? 0 : 1; }
