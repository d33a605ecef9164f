# 64-bit ARM. Debian: g++-aarch64-linux-gnu, qemu-user.
set(_processor aarch64)
include(${CMAKE_CURRENT_LIST_DIR}/cross.cmake)
