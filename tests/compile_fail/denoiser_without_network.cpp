// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S33] A denoiser needs `static std::string name()` and a template `Network<S, shape>`
#include <gdm/model/policy_errors.hpp>

#include "sound.hpp"

#ifdef GDM_EXPECT_FAIL
struct Mine : gdm::denoiser_tag {
  static std::string name() { return "mine"; }
};
#else
using Mine = gdm::Mlp<8>;
#endif

int main() { return gdm::detail::check_arguments<Sound, Mine>() ? 0 : 1; }
