# What the presets for other machines have in common: a cross compiler named as Debian and its kin name them, and qemu, which
# runs what it builds. The dependencies are headers alone, and this machine's own serve: the packages that stand in a folder
# of this machine's processor are pointed to. The compiler's own include folders come first, so those of this machine's C
# library, in a folder of its processor, are out of its sight.
set(CMAKE_SYSTEM_NAME Linux CACHE STRING "")
set(CMAKE_SYSTEM_PROCESSOR ${_processor} CACHE STRING "")
set(CMAKE_CXX_COMPILER ${_processor}-linux-gnu-g++ CACHE STRING "")
set(CMAKE_CROSSCOMPILING_EMULATOR "qemu-${_processor};-L;/usr/${_processor}-linux-gnu" CACHE STRING "")
foreach(_package IN ITEMS xtensor Boost)
  file(GLOB _found /usr/lib/*-linux-gnu/cmake/${_package} /usr/lib/*-linux-gnu/cmake/${_package}-[0-9]*)
  if(_found)
    list(GET _found 0 _found)
    set(${_package}_DIR ${_found} CACHE PATH "")
  endif()
endforeach()
set(CMAKE_BUILD_TYPE Release CACHE STRING "")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG" CACHE STRING "")
set(GDM_NATIVE OFF CACHE BOOL "")
set(GDM_MPI OFF CACHE BOOL "")
set(GDM_BUILD_EXAMPLES OFF CACHE BOOL "")
