// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S54] A sampler needs `static constexpr int steps(int T)`, `stochastic`, `normalised_steps`
#include <gdm/model/policy_errors.hpp>

#include "sound.hpp"

#ifdef GDM_EXPECT_FAIL
struct Mine : gdm::Ddim<> {
  static constexpr int steps(int) { return 3; }
};
#else
struct Mine : gdm::Ddim<> {};
#endif

int main() { return gdm::detail::check_arguments<Sound, Mine>() ? 0 : 1; }
