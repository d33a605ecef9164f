// SPDX-License-Identifier: MIT
/// @file
/// @brief The inline namespace that keeps translation units built for different processors apart.
#pragma once

#include <Eigen/Core>

#include <gdm/version.hpp>

#define GDM_DETAIL_JOIN_(a, b) a##b
#define GDM_DETAIL_JOIN(a, b) GDM_DETAIL_JOIN_(a, b)

/// One copy of a function for all callers. Compilers choose multiply-adds anew wherever they inline or clone a function,
/// and bits would hang on the caller.
#if defined(__clang__)
#define GDM_ONE_COPY __attribute__((noinline))
#else
#define GDM_ONE_COPY __attribute__((noinline, noclone))
#endif

/// Opens `namespace gdm` and an inline namespace named after Eigen's alignment: objects built with and without AVX
/// disagree on the layout of fixed-size matrices, and this turns the crash at run time into an error of the linker.
#define GDM_NAMESPACE_BEGIN \
  namespace gdm {           \
  inline namespace GDM_DETAIL_JOIN(abi0_align, EIGEN_MAX_ALIGN_BYTES) {
#define GDM_NAMESPACE_END \
  }                       \
  }
