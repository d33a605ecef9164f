// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S61] GdmOptimizer takes a problem and then policies in any order
#include <gdm/optimizer.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#ifdef GDM_EXPECT_FAIL
using Precision = long double;
#else
using Precision = double;
#endif

int main() { return sizeof(gdm::GdmOptimizer<gdm::MsrProblem, gdm::Mlp<8>, Precision>) > 0 ? 0 : 1; }
