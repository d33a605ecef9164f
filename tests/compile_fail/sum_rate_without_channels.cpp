// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S35] the size of the problem makes no sense (its `valid_size` is false): give it at least one channel, node or terminal, SumRate<3> say
#include <gdm/optimizer.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#ifdef GDM_EXPECT_FAIL
using Mine = gdm::SumRate<0>;
#else
using Mine = gdm::SumRate<3>;
#endif

int main() {
  gdm::GdmOptimizer<Mine> optimizer;
  optimizer.train(gdm::Dataset<Mine>{});
}
