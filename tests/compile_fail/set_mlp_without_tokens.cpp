// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S18] SetMlp needs a problem with `static constexpr gdm::TokenLayout tokens`
#include <gdm/model/policy_errors.hpp>
#include <gdm/nn/set_mlp.hpp>

#include "sound.hpp"

#ifdef GDM_EXPECT_FAIL
using Mine = gdm::SetMlp<8, 2>;
#else
using Mine = gdm::Mlp<8>;
#endif

int main() { return gdm::detail::check_arguments<Sound, Mine>() ? 0 : 1; }
