// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S48] the problem's `Defaults` are declared only: include the header that defines them
#include <gdm/model/policy_errors.hpp>

#include "sound.hpp"

struct MineDefaults;
struct Mine : Sound {
  using Defaults = MineDefaults;
};
#ifndef GDM_EXPECT_FAIL
struct MineDefaults {
  using Denoiser = gdm::Mlp<8>;
  static constexpr gdm::TrainDefaults training{.epochs = 3};
};
#endif

int main() { return gdm::detail::check_arguments<Mine>() ? 0 : 1; }
