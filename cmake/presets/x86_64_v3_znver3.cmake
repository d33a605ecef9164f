# The same tuned for Zen 3, for which g++ fuses multiply-adds in one loop and not in another where that is left to it.
set(CMAKE_BUILD_TYPE Release CACHE STRING "")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG" CACHE STRING "")
set(CMAKE_CXX_FLAGS "-march=x86-64-v3 -mtune=znver3" CACHE STRING "")
set(GDM_NATIVE OFF CACHE BOOL "")
set(GDM_BUILD_EXAMPLES OFF CACHE BOOL "")
