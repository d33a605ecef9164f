// SPDX-License-Identifier: MIT
/// @file
/// @brief Calls a function of other.cpp whose signature names a type of the library.
#include <gdm/core/vector.hpp>

gdm::Sense opposite(gdm::Sense sense);

int main() { return opposite(gdm::Sense::minimize) == gdm::Sense::maximize ? 0 : 1; }
