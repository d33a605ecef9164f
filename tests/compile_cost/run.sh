#!/usr/bin/env bash
# usage: run.sh COMPILER FLAG... : compiles the smallest programs that train and solve, and that solve alone, at -O2 in at
# most 1 GiB, and prints their processor time over that of including Eigen/Core and xtensor alone. Other programs share the
# processor, so the bound is twice what an idle one takes. TIMES=2 takes the lower of two each.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
ulimit -v 1048576
TIMEFORMAT=%U

seconds() {  # FILE COMPILER FLAG...
  for ((i = 0; i < ${TIMES:-1}; ++i)); do
    { time "${@:2}" -std=c++20 -O2 -S "$here/$1" -o "compile_cost_${1%.cpp}.s"; } 2>&1
  done | sort -g | head -1
}

alone=$(seconds alone.cpp "$@")
for program in main solve; do
  time=$(seconds "$program.cpp" "$@")
  awk -v program="$program" -v time="$time" -v alone="$alone" 'BEGIN {
    printf "%s.cpp: %.1f s of processor time, %.1f times %.1f s for Eigen/Core and xtensor alone\n", program, time, time / alone, alone
    exit time / alone > 17
  }'
done
