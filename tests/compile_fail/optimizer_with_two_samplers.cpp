// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S62] GdmOptimizer takes at most one policy of each kind
#include <gdm/model/policy_errors.hpp>

#include "sound.hpp"

#ifdef GDM_EXPECT_FAIL
using Mine = gdm::Ddim<5>;
#else
using Mine = float;
#endif

int main() { return gdm::detail::check_arguments<Sound, gdm::Ddpm, Mine>() ? 0 : 1; }
