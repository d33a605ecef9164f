// SPDX-License-Identifier: MIT
/// @file
/// @brief The function that main.cpp calls; run.cmake builds the two for equal and for different alignments.
#include <gdm/core/vector.hpp>

gdm::Sense opposite(gdm::Sense sense);
gdm::Sense opposite(gdm::Sense sense) {
  return sense == gdm::Sense::minimize ? gdm::Sense::maximize : gdm::Sense::minimize;
}
