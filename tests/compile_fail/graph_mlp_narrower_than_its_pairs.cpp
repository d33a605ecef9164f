// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S39] GraphMlp needs a width of at least the problem's pair_features
#include <gdm/model/policy_errors.hpp>
#include <gdm/nn/graph_mlp.hpp>

#include "sound.hpp"

struct Pairs : Sound {
  static constexpr gdm::TokenLayout tokens{
      .count = 2, .features = 1, .global_features = 1, .latents = 1, .pair_features = 5};
  static gdm::Vector<20> pair_features(const Condition&) { return gdm::Vector<20>::Zero(); }
};

#ifdef GDM_EXPECT_FAIL
using Mine = gdm::GraphMlp<4, 1>;
#else
using Mine = gdm::GraphMlp<8, 1>;
#endif

int main() { return gdm::detail::check_arguments<Pairs, Mine>() ? 0 : 1; }
