// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S83] A relaxation needs the members that gdm/problem/relaxation.hpp lists
#include <gdm/baseline/gradient_descent.hpp>

#include "sound.hpp"

struct Mine : gdm::Relaxation<Sound> {
#ifdef GDM_EXPECT_FAIL
  static double solution(const Sound::Condition&, const Variables&) { return 0; }
#endif
};

int main() {
  const gdm::GradientDescent<Sound, Mine> descent;
  return descent.solve(Sound::Condition::Zero(), {.starts = 1}).sum() > 0 ? 0 : 1;
}
