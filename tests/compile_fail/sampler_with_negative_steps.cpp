// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S51] Ddim needs a number of steps, Ddim<5> say, or none for all
#include <gdm/model/policy_errors.hpp>

#include "sound.hpp"

#ifdef GDM_EXPECT_FAIL
using Mine = gdm::Ddim<-5>;
#else
using Mine = gdm::Ddim<5>;
#endif

int main() { return gdm::detail::check_arguments<Sound, Mine>() ? 0 : 1; }
