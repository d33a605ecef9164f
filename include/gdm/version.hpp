// SPDX-License-Identifier: MIT
/// @file
/// @brief The version, from which CMake, pkg-config and the model files take theirs.
#pragma once

#define GDM_VERSION_MAJOR 0
#define GDM_VERSION_MINOR 2
#define GDM_VERSION_PATCH 0
