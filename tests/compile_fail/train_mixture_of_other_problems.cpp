// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S20] all datasets of a mixture must be of the same problem, in other sizes
#include <gdm/optimizer.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

struct Mine : gdm::SumRate<4> {
#ifdef GDM_EXPECT_FAIL
  static constexpr std::string_view name = "mine";
#endif
};

int main() {
  gdm::Dataset<gdm::SumRate<3>> three;
  gdm::Dataset<Mine> four;
  gdm::GdmOptimizer<gdm::SumRate<3>, gdm::SetMlp<8, 1>> optimizer;
  return optimizer.train_mixture(std::tie(three, four)).epochs == 0 ? 0 : 1;
}
