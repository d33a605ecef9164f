// SPDX-License-Identifier: MIT
/// @file
/// @brief Calls a function of vector_other.cpp whose signature names a vector alone, which is Eigen's own type.
#include <gdm/core/vector.hpp>

double sum_of(const gdm::Vector<8>& x);

int main() { return sum_of(gdm::Vector<8>::Constant(0.5)) == 4 ? 0 : 1; }
