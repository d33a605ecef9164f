// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S63] A parameterisation needs `static gdm::LinearMap target(double alpha_bar)`
#include <gdm/model/policy_errors.hpp>

#include "sound.hpp"

#ifdef GDM_EXPECT_FAIL
struct Mine : gdm::parameterisation_tag {
  static gdm::LinearMap target(double) { return {1, 0}; }
  static std::string name() { return "mine"; }
};
#else
using Mine = gdm::CleanPrediction;
#endif

int main() { return gdm::detail::check_arguments<Sound, Mine>() ? 0 : 1; }
