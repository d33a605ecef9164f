# cmake -DCXX= -DSOURCE= -DFLAGS= -DOUT= -DARGUMENT= -P run.cmake : compiles a program as a user would, and runs it.
cmake_minimum_required(VERSION 3.22)
execute_process(COMMAND ${CXX} -std=c++20 -O3 -march=native ${SOURCE} ${FLAGS} -o ${OUT} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${OUT} ${ARGUMENT} COMMAND_ERROR_IS_FATAL ANY)
