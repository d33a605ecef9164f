// SPDX-License-Identifier: MIT
/// @file
/// @brief Includes the whole library once more than other.cpp does: a function that is not inline fails to link.
#include <gdm/gdm.hpp>

#include <cstdio>

int version_in_other_unit();

int main() {
  std::printf("version %d.%d.%d\n", GDM_VERSION_MAJOR, GDM_VERSION_MINOR, GDM_VERSION_PATCH);
  return version_in_other_unit() == GDM_VERSION_MAJOR * 10000 + GDM_VERSION_MINOR * 100 + GDM_VERSION_PATCH ? 0 : 1;
}
