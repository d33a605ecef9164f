// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S33] A denoiser needs `static std::string name()` and a template `Network<S, shape>`
#include <gdm/model/policy_errors.hpp>

#include "sound.hpp"

#ifdef GDM_EXPECT_FAIL
struct Mine : gdm::Mlp<8> {
  template <class S, gdm::DenoiserShape shape>
  struct Network : gdm::Mlp<8>::Network<S, shape> {
    static void pullback() {}
  };
};
#else
using Mine = gdm::Mlp<8>;
#endif

int main() { return gdm::detail::check_arguments<Sound, Mine>() ? 0 : 1; }
