// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S54] A sampler needs `static constexpr int steps(int T)`, `stochastic`, `normalised_steps`
#include <gdm/model/policy_errors.hpp>

#include "sound.hpp"

#ifdef GDM_EXPECT_FAIL
struct Mine : gdm::sampler_tag {
  static constexpr bool stochastic = false;
  static constexpr int normalised_steps = 0;
  static constexpr int steps(int T) { return T; }
  static std::string name() { return "mine"; }
};
#else
using Mine = gdm::Ddpm;
#endif

int main() { return gdm::detail::check_arguments<Sound, Mine>() ? 0 : 1; }
