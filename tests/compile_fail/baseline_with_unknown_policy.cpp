// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S61] GdmOptimizer takes a problem and then policies in any order
#include <gdm/baseline/regression.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#ifdef GDM_EXPECT_FAIL
using Precision = long double;
#else
using Precision = double;
#endif

int main() {
  gdm::Mtfnn<gdm::MsrProblem, gdm::Mlp<8>, Precision> baseline;
  return baseline.trained() ? 1 : 0;
}
