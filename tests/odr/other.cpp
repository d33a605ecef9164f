// SPDX-License-Identifier: MIT
/// @file
/// @brief The second translation unit of main.cpp.
#include <gdm/gdm.hpp>

int version_in_other_unit();
int version_in_other_unit() { return GDM_VERSION_MAJOR * 10000 + GDM_VERSION_MINOR * 100 + GDM_VERSION_PATCH; }
