# cmake -DTRAIN=<gdm_train> -DSOLVE=<gdm_solve> -DPYTHON=<python3> -DOUT=<folder> -P tools.cmake : trains, solves through a
# pipe, compares with Python, and looks at exit codes and messages.
cmake_minimum_required(VERSION 3.22)
file(REMOVE_RECURSE ${OUT})
file(MAKE_DIRECTORY ${OUT})

# run(<exit code> <text that the output or the message has> <command> ...)
function(run code pattern)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${OUT} RESULT_VARIABLE found OUTPUT_VARIABLE out ERROR_VARIABLE error)
  if(NOT found STREQUAL code OR NOT "${out}${error}" MATCHES "${pattern}")
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nexit code ${found}, expected ${code}, and in the output '${pattern}':\n${out}${error}")
  endif()
endfunction()

file(WRITE ${OUT}/conditions.csv "g_1,g_2,g_3,W\n0.7,1.9,2.4,10\n1,1,1,5\n2.5,0.5,0.5,10\n0.9,2.1,1.3,20\n")
file(WRITE ${OUT}/labelled.csv "1,1,1,6,2,2,2\n2,2,2,9,3,3,3\n")
file(WRITE ${OUT}/broken.csv "0.7,1.9,2.4,10\n1,1,1,5\n2.5,0.5,oops,10\n")
file(WRITE ${OUT}/senseless.csv "g_1,g_2,g_3,W\n0.7,1.9,2.4,10\n1,-1,1,5\n")

# Train, then solve what comes through a pipe; a violation is 0 or at most 1e-9.
run(0 "held out: mean gap .*feasible 100 %" ${TRAIN} --problem msr --generate 2000 --epochs 20 --out msr.safetensors)
set(number "[-+0-9.e]+")
set(row "${number},${number},${number},${number},(0|${number}e-(09|[1-9][0-9])),${number}\n")
run(0 "^p_1,p_2,p_3,objective,violation,gap_bound\n${row}${row}${row}${row}solved 4 instances"
  ${CMAKE_COMMAND} -E cat conditions.csv COMMAND ${SOLVE} msr.safetensors --samples 4)
run(0 "^${row}${row}${row}${row}$" ${SOLVE} msr.safetensors --in conditions.csv --no-header --quiet --baseline)

# Files in, files out; the same numbers as Python gets from the model file.
run(0 "solved 4" ${SOLVE} msr.safetensors --in conditions.csv --out solutions.csv)
run(0 "solved 4" ${SOLVE} msr.safetensors --in conditions.csv --out solutions.npy)
run(0 "trained 2 epochs" ${TRAIN} --problem msr --data conditions.csv --epochs 2 --held-out 0 --out few.safetensors)
run(0 "data    2 rows" ${TRAIN} --problem msr --data labelled.csv --epochs 1 --held-out 0 --out few.safetensors)
set(numpy 1)
if(PYTHON)
  execute_process(COMMAND ${PYTHON} -c "import numpy" RESULT_VARIABLE numpy OUTPUT_QUIET ERROR_QUIET)
endif()
if(numpy EQUAL 0)
  run(0 "largest difference" ${PYTHON} ${CMAKE_CURRENT_LIST_DIR}/python/solve_sum_rate.py msr.safetensors conditions.csv solutions.csv)
  run(0 "" ${PYTHON} -c "import numpy\nnumpy.save('conditions.npy', numpy.loadtxt('conditions.csv', delimiter=',', skiprows=1))")
  run(0 "^p_1.*solved 4" ${CMAKE_COMMAND} -E cat conditions.npy COMMAND ${SOLVE} msr.safetensors)
  run(0 "solved 4" ${SOLVE} msr.safetensors --in conditions.npy --out again.npy)
  run(0 "" ${PYTHON} -c "import numpy\nassert (numpy.load('again.npy') == numpy.load('solutions.npy')).all()")
else()
  message(STATUS "no python3 with NumPy: the comparison with Python is left out")
endif()

# The problems of radio networks: a row of ones is an instance of both, of 120 and of 137 numbers.
foreach(problem IN ITEMS "power-control-10;119;p_1,p_2" "beamforming-8x8;136;re_w_1_1,im_w_1_1")
  list(POP_FRONT problem name commas header)
  string(REPEAT "1," ${commas} row)
  file(WRITE ${OUT}/ones.csv "${row}1\n")
  run(0 "held out: .*feasible 100 %" ${TRAIN} --problem ${name} --generate 300 --epochs 1 --out radio.safetensors)
  run(0 "^${header}.*solved 1 instances" ${SOLVE} radio.safetensors --in ones.csv --samples 2)
  run(2 "--reference is for msr, co and nu" ${TRAIN} --problem ${name} --reference ones.csv --budget 1)
endforeach()

# What is wrong is named, by line and column where there is one.
run(1 "broken.csv, line 3, column 3: \"oops\" is not a number" ${SOLVE} msr.safetensors --in broken.csv)
run(1 "broken.csv, line 3, column 3" ${TRAIN} --problem msr --data broken.csv)
run(1 "senseless.csv, line 3: .*g_2" ${SOLVE} msr.safetensors --in senseless.csv)
run(1 "labelled.csv, line 1: a row of 7 numbers" ${SOLVE} msr.safetensors --in labelled.csv)
run(1 "no.safetensors" ${SOLVE} no.safetensors --in conditions.csv)
run(1 "conditions.csv" ${SOLVE} conditions.csv --in conditions.csv)
run(2 "--problem" ${TRAIN} --generate 5)
run(2 "--generate" ${TRAIN} --problem msr)
run(2 "." ${SOLVE})
run(0 "Exit code" ${SOLVE} --help)
run(0 "Exit code" ${TRAIN} --help)
