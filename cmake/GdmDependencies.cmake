# Where the packages that gdm builds on come from: the system (Debian 12 has all of them), a parent project that defines
# the target, or a download of the very release that Debian 12 carries.
include(FetchContent)
if(POLICY CMP0135)
  cmake_policy(SET CMP0135 NEW)  # unpacked files carry the time of unpacking
endif()
set_property(GLOBAL PROPERTY gdm_fetched "")

# Sets <name>_SOURCE_DIR in the caller to the unpacked archive, whose own CMakeLists.txt is left alone.
macro(gdm_fetch name url sha256)
  message(STATUS "gdm: ${name} was not found on this system; fetching ${url}")
  set_property(GLOBAL APPEND PROPERTY gdm_fetched ${name})
  FetchContent_Declare(${name} URL ${url} URL_HASH SHA256=${sha256} SOURCE_SUBDIR gdm-takes-only-headers)
  FetchContent_MakeAvailable(${name})
endmacro()

function(gdm_imported_headers target directory)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${directory}")
endfunction()

macro(gdm_require_eigen)
  if(NOT TARGET Eigen3::Eigen)
    find_package(Eigen3 3.4 QUIET CONFIG)
  endif()
  if(NOT TARGET Eigen3::Eigen)
    gdm_fetch(eigen https://gitlab.com/libeigen/eigen/-/archive/3.4.0/eigen-3.4.0.tar.bz2
              b4c198460eba6f28d34894e3a5710998818515104d6e74e5cc331ce31e46e626)
    gdm_imported_headers(Eigen3::Eigen ${eigen_SOURCE_DIR})
  endif()
endmacro()

# Plain `xtensor`: `xtensor::optimize` would add -march=native behind the user's back.
macro(gdm_require_xtensor)
  if(NOT TARGET xtensor)
    find_package(xtensor 0.24 QUIET CONFIG)
  endif()
  if(NOT TARGET xtensor)
    gdm_fetch(xtl https://github.com/xtensor-stack/xtl/archive/0.7.2.tar.gz
              95c221bdc6eaba592878090916383e5b9390a076828552256693d5d97f78357c)
    gdm_fetch(xtensor https://github.com/xtensor-stack/xtensor/archive/0.24.3.tar.gz
              3acde856b9fb8cf4e2a7b66726da541275d40ab9b002e618ad985ab97f08ca4f)
    gdm_imported_headers(xtensor "${xtensor_SOURCE_DIR}/include;${xtl_SOURCE_DIR}/include")
  endif()
endmacro()

# The headers of all of Boost: there is no `Boost::math`, and autodiff needs more than Boost.Math's standalone mode has.
macro(gdm_require_boost)
  if(NOT TARGET Boost::headers)
    find_package(Boost 1.74 QUIET CONFIG)
  endif()
  if(NOT TARGET Boost::headers)
    gdm_fetch(boost https://archives.boost.io/release/1.74.0/source/boost_1_74_0.tar.bz2
              83bfc1507731a0906e387fc28b7ef5417d591429e51e788417fe9ff025e116b1)
    gdm_imported_headers(Boost::headers ${boost_SOURCE_DIR})
  endif()
endmacro()

macro(gdm_require_json)
  if(NOT TARGET nlohmann_json::nlohmann_json)
    find_package(nlohmann_json 3.11 QUIET CONFIG)
  endif()
  if(NOT TARGET nlohmann_json::nlohmann_json)
    gdm_fetch(json https://github.com/nlohmann/json/releases/download/v3.11.2/json.tar.xz
              8c4b26bf4b422252e13f332bc5e388ec0ab5c3443d24399acb675e68278d341f)
    gdm_imported_headers(nlohmann_json::nlohmann_json ${json_SOURCE_DIR}/include)
  endif()
endmacro()

macro(gdm_require_doctest)
  if(NOT TARGET doctest::doctest)
    find_package(doctest 2.4 QUIET CONFIG)
  endif()
  if(NOT TARGET doctest::doctest)
    gdm_fetch(doctest https://github.com/doctest/doctest/archive/refs/tags/v2.4.9.tar.gz
              19b2df757f2f3703a5e63cee553d85596875f06d91a3333acd80a969ef210856)
    gdm_imported_headers(doctest::doctest ${doctest_SOURCE_DIR})
  endif()
endmacro()

macro(gdm_require_cli11)
  if(NOT TARGET CLI11::CLI11)
    find_package(CLI11 2.1 QUIET CONFIG)
  endif()
  if(NOT TARGET CLI11::CLI11)
    gdm_fetch(cli11 https://github.com/CLIUtils/CLI11/archive/v2.1.2.tar.gz
              26291377e892ba0e5b4972cdfd4a2ab3bf53af8dac1f4ea8fe0d1376b625c8cb)
    gdm_imported_headers(CLI11::CLI11 ${cli11_SOURCE_DIR}/include)
  endif()
endmacro()

# The one dependency that has to be compiled.
macro(gdm_require_benchmark)
  if(NOT TARGET benchmark::benchmark)
    find_package(benchmark 1.7 QUIET CONFIG)
  endif()
  if(NOT TARGET benchmark::benchmark)
    message(STATUS "gdm: benchmark was not found on this system; fetching release 1.7.1")
    set(BENCHMARK_ENABLE_TESTING OFF CACHE BOOL "" FORCE)
    set(BENCHMARK_ENABLE_INSTALL OFF CACHE BOOL "" FORCE)
    FetchContent_Declare(benchmark URL https://github.com/google/benchmark/archive/refs/tags/v1.7.1.tar.gz
                                   URL_HASH SHA256=6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7)
    FetchContent_MakeAvailable(benchmark)
  endif()
endmacro()
