// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S34] the problem's `Denoiser` must be a denoiser, gdm::Mlp<64, 64> say
#include <gdm/model/policy_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifdef GDM_EXPECT_FAIL
  using Denoiser = int;
#endif
};

int main() { return gdm::detail::check_arguments<Mine>() ? 0 : 1; }
