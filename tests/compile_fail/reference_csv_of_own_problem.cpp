// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S93] read_reference_csv knows the files of SumRate, ComputationOffloading and NomaUav in raw units
#include <gdm/data/reference_csv.hpp>
#include <gdm/problems/sum_rate/reference_layout.hpp>

#ifdef GDM_EXPECT_FAIL
struct Mine : gdm::MsrProblem {};
#else
using Mine = gdm::MsrProblem;
#endif

int main() { return gdm::read_reference_csv<Mine>("file.csv", 10.0).size() == 0 ? 0 : 1; }
