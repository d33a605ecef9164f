// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S28] `Latent` must be a `gdm::Vector<N>`, with `static Latent encode(const Condition&, const Solution&)`
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifdef GDM_EXPECT_FAIL
  using Latent = gdm::Vector<2>;
  static Latent encode(const Condition&, const Solution& y) { return y; }
#else
  using Latent = gdm::Vector<2>;
  static Latent encode(const Condition&, const Solution& y) { return y; }
  static Solution decode(const Condition&, const Latent& z) { return z; }
#endif
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
