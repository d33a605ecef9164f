// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S52] eta of Ddim is a std::ratio between 0 and 1
#include <gdm/diffusion/sampler.hpp>

#ifdef GDM_EXPECT_FAIL
using Mine = gdm::Ddim<5, std::ratio<3, 2>>;
#else
using Mine = gdm::Ddim<5, std::ratio<2, 3>>;
#endif

int main() { return Mine::steps(5); }
