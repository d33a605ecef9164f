# cmake -DROOT= -DOUT= -DCXX= -P run.cmake : what has to be there to install and to use gdm. Packages are stand-ins with the versions
# given here; downloads are made to fail.
cmake_minimum_required(VERSION 3.22)
include(CMakePackageConfigHelpers)
file(REMOVE_RECURSE ${OUT})
set(ENV{https_proxy} http://127.0.0.1:9)
set(ENV{http_proxy} http://127.0.0.1:9)

# stand_in(<prefix> <package> <version> <compatibility> <target>)
function(stand_in prefix package version compatibility target)
  set(folder ${OUT}/${prefix}/share/cmake/${package})
  file(WRITE ${folder}/${package}Config.cmake "if(NOT TARGET ${target})\n  add_library(${target} INTERFACE IMPORTED)\nendif()\n")
  write_basic_package_version_file(${folder}/${package}ConfigVersion.cmake VERSION ${version} COMPATIBILITY ${compatibility} ARCH_INDEPENDENT)
endfunction()
# configure(<exit code> <text in the output> <arguments of cmake> ...)
function(configure code pattern)
  execute_process(COMMAND ${CMAKE_COMMAND} -DCMAKE_CXX_COMPILER=${CXX} ${ARGN} RESULT_VARIABLE found OUTPUT_VARIABLE out ERROR_VARIABLE error)
  string(REGEX REPLACE "[ \n]+" " " said "${out}${error}")
  if((code EQUAL 0 AND NOT found EQUAL 0) OR (code AND found EQUAL 0) OR NOT said MATCHES "${pattern}")
    message(SEND_ERROR "cmake ${ARGN}\nexit code ${found}, and in the output should be '${pattern}':\n${out}${error}")
  endif()
endfunction()

foreach(versions IN ITEMS 3.4.0:0.24.3 5.0.1:0.27.1)
  string(REPLACE ":" ";" parts ${versions})
  list(GET parts 0 eigen)
  list(GET parts 1 xtensor)
  stand_in(${eigen} Eigen3 ${eigen} SameMajorVersion Eigen3::Eigen)
  stand_in(${eigen} xtensor ${xtensor} SameMinorVersion xtensor)
  set(with -DCMAKE_PREFIX_PATH=${OUT}/${eigen})
  # No package of the tests is here, and none can be fetched: one line, and the library installs all the same.
  set(without "")
  foreach(package IN ITEMS doctest nlohmann_json Boost CLI11 benchmark)
    list(APPEND without -DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON)
  endforeach()
  configure(0 "doctest, nlohmann_json, Boost not found and could not be fetched. the tests are left out" -S ${ROOT} -B ${OUT}/build${eigen} ${with} ${without})
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${OUT}/build${eigen} --prefix ${OUT}/installed${eigen} COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
  file(GLOB_RECURSE texts ${OUT}/installed${eigen}/share/cmake/* ${OUT}/installed${eigen}/share/pkgconfig/*)
  foreach(text IN LISTS texts)
    file(READ ${text} content)
    if(content MATCHES "nlohmann|doctest|OpenMP")
      message(SEND_ERROR "${text} names ${CMAKE_MATCH_0}, which no user needs")
    endif()
  endforeach()
  file(WRITE ${OUT}/user${eigen}/CMakeLists.txt "cmake_minimum_required(VERSION 3.22)\nproject(user CXX)\nfind_package(gdm CONFIG REQUIRED)\n"
    "file(WRITE \${CMAKE_BINARY_DIR}/main.cpp \"int main() {}\")\nadd_executable(user \${CMAKE_BINARY_DIR}/main.cpp)\ntarget_link_libraries(user gdm::gdm)\n")
  configure(0 "Generating done" -S ${OUT}/user${eigen} -B ${OUT}/user${eigen}/build "-DCMAKE_PREFIX_PATH=${OUT}/installed${eigen}\;${OUT}/${eigen}" ${without})
endforeach()

# What is too old or too new is named.
stand_in(old Eigen3 3.3.9 SameMajorVersion Eigen3::Eigen)
configure(1 "Eigen 3.3.9 was found in .* give one of 3.4 to 5" -S ${ROOT} -B ${OUT}/build_old -DCMAKE_PREFIX_PATH=${OUT}/old -DGDM_BUILD_TESTS=OFF -DGDM_BUILD_EXAMPLES=OFF)
configure(1 "gdm needs Eigen 3.4 to 5; .* has 3.3.9" -S ${OUT}/user5.0.1 -B ${OUT}/user_old "-DCMAKE_PREFIX_PATH=${OUT}/old\;${OUT}/installed5.0.1\;${OUT}/5.0.1")

# Where MPI is missing, CMake's own module makes its targets all the same: then there is no gdm::mpi.
file(WRITE ${OUT}/no_mpi/FindMPI.cmake "foreach(language IN LISTS MPI_FIND_COMPONENTS)\n"
  "  add_library(MPI::MPI_\${language} INTERFACE IMPORTED)\n  set(MPI_\${language}_FOUND FALSE)\nendforeach()\nset(MPI_FOUND FALSE)\n")
configure(0 "no MPI was found" -S ${ROOT} -B ${OUT}/build_no_mpi -DCMAKE_PREFIX_PATH=${OUT}/5.0.1 -DCMAKE_MODULE_PATH=${OUT}/no_mpi
  -DGDM_BUILD_TESTS=OFF -DGDM_BUILD_EXAMPLES=OFF)

# Another processor's programs are not built for this one's.
configure(0 "Generating done" -S ${ROOT} -B ${OUT}/build_cross -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64
  -DCMAKE_PREFIX_PATH=${OUT}/5.0.1 -DGDM_BUILD_TESTS=OFF -DGDM_BUILD_EXAMPLES=OFF)
file(STRINGS ${OUT}/build_cross/CMakeCache.txt native REGEX "^GDM_NATIVE:BOOL=")
if(NOT native STREQUAL "GDM_NATIVE:BOOL=OFF")
  message(SEND_ERROR "when cross-compiling: ${native}")
endif()
