// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S64] `train` needs a dataset of the optimizer's own problem
#include <gdm/optimizer.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#ifdef GDM_EXPECT_FAIL
using Mine = gdm::SumRate<4>;
#else
using Mine = gdm::SumRate<3>;
#endif

int main() {
  gdm::GdmOptimizer<gdm::SumRate<3>, gdm::Mlp<8>> optimizer;
  return optimizer.train(gdm::Dataset<Mine>()).epochs == 0 ? 0 : 1;
}
