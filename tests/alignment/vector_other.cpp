// SPDX-License-Identifier: MIT
/// @file
/// @brief The function that vector_main.cpp calls; run.cmake builds the two for equal and for different alignments.
#include <gdm/core/vector.hpp>

double sum_of(const gdm::Vector<8>& x);
double sum_of(const gdm::Vector<8>& x) { return x.sum(); }
