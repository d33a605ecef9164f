// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S32] SetMlp needs a width and a depth, SetMlp<48, 4> say
#include <gdm/model/policy_errors.hpp>
#include <gdm/nn/set_mlp.hpp>

#include "sound.hpp"

struct Problem : Sound {
  static constexpr gdm::TokenLayout tokens{.count = 1, .features = 3, .latents = 2};
};

#ifdef GDM_EXPECT_FAIL
using Mine = gdm::SetMlp<8, 0>;
#else
using Mine = gdm::SetMlp<8, 2>;
#endif

int main() { return gdm::detail::check_arguments<Problem, Mine>() ? 0 : 1; }
