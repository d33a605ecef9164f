# cmake -DCXX= -DFLAGS= -P run.cmake : what the library cannot be compiled with is refused by one numbered sentence, before any other
# error. Compilers that are not here are left out.
cmake_minimum_required(VERSION 3.22)

# refuse(<number> <compiler> <flags> ...): the first error has the number.
function(refuse number compiler)
  find_program(tool_${compiler} NAMES ${compiler})
  if(NOT tool_${compiler})
    message(STATUS "${number}: no ${compiler}, left out")
    return()
  endif()
  execute_process(COMMAND ${tool_${compiler}} -std=c++20 -fsyntax-only -Wfatal-errors ${FLAGS} ${ARGN} ${CMAKE_CURRENT_LIST_DIR}/unit.cpp
    RESULT_VARIABLE code ERROR_VARIABLE errors)
  string(REGEX MATCH "error: [^\n]*" first "${errors}")
  if(NOT code OR NOT first MATCHES "GDM-${number}\\]")
    message(SEND_ERROR "${compiler} ${ARGN} must be refused by ${number} first, and says:\n${first}\n${errors}")
  endif()
endfunction()

foreach(compiler IN ITEMS ${CXX} g++ clang++)
  refuse(S95 ${compiler} -fno-exceptions)
  refuse(S96 ${compiler} -ffast-math)
  refuse(S96 ${compiler} -ffinite-math-only)
  if(NOT compiler MATCHES "clang")
    refuse(S96 ${compiler} -funsafe-math-optimizations)
  endif()
endforeach()
refuse(S97 g++-11)
if(EXISTS /usr/lib/llvm-14/include/c++/v1)
  refuse(S98 clang++ -stdlib=libc++)
endif()
refuse(S91 s390x-linux-gnu-g++)
refuse(S99 i686-linux-gnu-g++ -mno-sse2)
