// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S48] the problem's `Defaults` are declared only: include the header that defines them
#include <gdm/optimizer.hpp>
#include <gdm/problems/sum_rate/sum_rate.hpp>
#ifndef GDM_EXPECT_FAIL
#include <gdm/problems/sum_rate/defaults.hpp>
#endif

int main() {
  gdm::GdmOptimizer<gdm::SumRate<3>> optimizer;
  return optimizer.trained() ? 1 : 0;
}
