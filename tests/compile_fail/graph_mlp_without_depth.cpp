// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S37] GraphMlp needs a width and a depth, GraphMlp<32, 3> say
#include <gdm/model/policy_errors.hpp>
#include <gdm/nn/graph_mlp.hpp>

#include "sound.hpp"

struct Tokens : Sound {
  static constexpr gdm::TokenLayout tokens{.count = 2, .features = 1, .global_features = 1, .latents = 1};
};

#ifdef GDM_EXPECT_FAIL
using Mine = gdm::GraphMlp<8, 0>;
#else
using Mine = gdm::GraphMlp<8, 1>;
#endif

int main() { return gdm::detail::check_arguments<Tokens, Mine>() ? 0 : 1; }
