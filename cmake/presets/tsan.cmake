# Thread sanitizer. OpenMP off: its runtime is not instrumented and every join would be reported.
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1" CACHE STRING "")
set(CMAKE_CXX_FLAGS "-fsanitize=thread" CACHE STRING "")
set(GDM_OPENMP OFF CACHE BOOL "")
