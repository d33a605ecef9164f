# clang++ instead of the default compiler.
set(CMAKE_CXX_COMPILER clang++ CACHE STRING "")
