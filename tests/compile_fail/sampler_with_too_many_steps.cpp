// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S53] a sampler cannot take more steps than its schedule has
#include <gdm/diffusion/sampler.hpp>

#ifdef GDM_EXPECT_FAIL
using Mine = gdm::Ddim<11>;
#else
using Mine = gdm::Ddim<10>;
#endif

int main() { return static_cast<int>(Mine::updates(gdm::NoiseLevels<gdm::CosineSchedule<10>>()).size()); }
