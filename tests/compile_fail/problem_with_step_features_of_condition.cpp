// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S46] `tokens.step_features` = D asks for `static gdm::Vector<D * count> step_features(const Condition&, const Latent&)`
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
  static constexpr gdm::TokenLayout tokens{
      .count = 2, .features = 1, .global_features = 1, .latents = 1, .step_features = 2};
#ifdef GDM_EXPECT_FAIL
  static gdm::Vector<4> step_features(const Condition&) { return gdm::Vector<4>::Zero(); }
#else
  static gdm::Vector<4> step_features(const Condition&, const Solution&) { return gdm::Vector<4>::Zero(); }
#endif
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
