# 64-bit RISC-V. Debian: g++-riscv64-linux-gnu, qemu-user.
set(_processor riscv64)
include(${CMAKE_CURRENT_LIST_DIR}/cross.cmake)
