// SPDX-License-Identifier: MIT
/// @file
/// @brief What including the matrices alone costs: the unit in which run.sh measures.
#include <Eigen/Core>
#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xtensor.hpp>
#endif

int main() { return 0; }
