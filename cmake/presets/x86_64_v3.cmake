# x86-64-v3, which machines with AVX2 have, and the compiler's own tuning.
set(CMAKE_BUILD_TYPE Release CACHE STRING "")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG" CACHE STRING "")
set(CMAKE_CXX_FLAGS "-march=x86-64-v3" CACHE STRING "")
set(GDM_NATIVE OFF CACHE BOOL "")
set(GDM_BUILD_EXAMPLES OFF CACHE BOOL "")
