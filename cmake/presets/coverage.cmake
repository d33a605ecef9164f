# Counts for lcov or gcov. Inlining off, so that every line keeps its own count.
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1 -fno-inline" CACHE STRING "")
set(CMAKE_CXX_FLAGS "--coverage -fprofile-update=atomic" CACHE STRING "")
set(GDM_NATIVE OFF CACHE BOOL "")
