// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S31] Mlp needs at least one hidden width, Mlp<64, 64> say
#include <gdm/model/policy_errors.hpp>

#include "sound.hpp"

#ifdef GDM_EXPECT_FAIL
using Mine = gdm::Mlp<8, 0>;
#else
using Mine = gdm::Mlp<8>;
#endif

int main() { return gdm::detail::check_arguments<Sound, Mine>() ? 0 : 1; }
