#!/usr/bin/env bash
# usage: run.sh COMPILER FLAG... : compiles the smallest program at -O2 in at most 1.5 GiB, which the library promises, and
# in at most 40 s of processor time: twice what it takes when other programs share the processor.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
ulimit -v 1572864
ulimit -t 40
TIMEFORMAT='%U s of processor time'
time "$@" -std=c++20 -O2 -S "$here/main.cpp" -o compile_cost.s
