// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S19] training on several sizes needs a denoiser for any number of tokens: SetMlp
#include <gdm/optimizer.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#ifdef GDM_EXPECT_FAIL
using Mine = gdm::Mlp<8>;
#else
using Mine = gdm::SetMlp<8, 1>;
#endif

int main() {
  gdm::Dataset<gdm::SumRate<3>> three;
  gdm::Dataset<gdm::SumRate<4>> four;
  gdm::GdmOptimizer<gdm::SumRate<3>, Mine> optimizer;
  return optimizer.train_mixture(std::tie(three, four)).epochs == 0 ? 0 : 1;
}
