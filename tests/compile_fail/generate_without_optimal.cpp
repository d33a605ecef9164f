// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S82] generate draws instances and solves them: Problem needs `static Condition draw(Generator&)`
#include <gdm/data/dataset.hpp>

#include "sound.hpp"

struct Mine : Sound {
  template <class Generator>
  static Condition draw(Generator&) {
    return {};
  }
#ifndef GDM_EXPECT_FAIL
  static Solution optimal(const Condition&) { return {}; }
#endif
};

int main() { return gdm::generate<Mine>(10, 1).size() == 10 ? 0 : 1; }
