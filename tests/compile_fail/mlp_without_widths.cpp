// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S31] Mlp needs at least one hidden width, Mlp<64, 64> say
#include <gdm/nn/mlp.hpp>

#ifdef GDM_EXPECT_FAIL
using Mine = gdm::Mlp<>;
#else
using Mine = gdm::Mlp<8>;
#endif

int main() { return Mine::time_size; }
