// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S38] GraphMlp has no place for latents that belong to no token
#include <gdm/model/policy_errors.hpp>
#include <gdm/nn/graph_mlp.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifdef GDM_EXPECT_FAIL
  static constexpr gdm::TokenLayout tokens{.count = 1, .features = 3, .latents = 1, .global_latents = 1};
#else
  static constexpr gdm::TokenLayout tokens{.count = 1, .features = 3, .latents = 2};
#endif
};

int main() { return gdm::detail::check_arguments<Mine, gdm::GraphMlp<8, 1>>() ? 0 : 1; }
