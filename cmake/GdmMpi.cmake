# The target gdm::mpi: gdm/mpi.hpp with the C interface of MPI, which is looked for in the language that the project has.
# Nothing where there is no MPI. Used by the build and, copied beside gdmConfig.cmake, by the installed package.
macro(gdm_find_mpi)
  if(NOT TARGET gdm::mpi)
    set(_gdm_mpi CXX)
    if(CMAKE_C_COMPILER_LOADED)
      set(_gdm_mpi C)
    endif()
    if(NOT TARGET MPI::MPI_${_gdm_mpi})
      find_package(MPI QUIET COMPONENTS ${_gdm_mpi})
      if(MPI_${_gdm_mpi}_FOUND)  # for whoever added this project as a folder of its own
        set_target_properties(MPI::MPI_${_gdm_mpi} PROPERTIES IMPORTED_GLOBAL TRUE)
      endif()
    endif()
    # Where there is no MPI, FindMPI makes the target all the same, without include paths and libraries.
    if(TARGET MPI::MPI_${_gdm_mpi} AND (NOT DEFINED MPI_${_gdm_mpi}_FOUND OR MPI_${_gdm_mpi}_FOUND))
      add_library(gdm::mpi INTERFACE IMPORTED GLOBAL)
      target_link_libraries(gdm::mpi INTERFACE gdm::gdm MPI::MPI_${_gdm_mpi})
    endif()
  endif()
endmacro()
