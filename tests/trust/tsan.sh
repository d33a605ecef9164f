#!/usr/bin/env bash
# Runs the concurrency tests under ThreadSanitizer with each of g++ and clang++ that is here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
eigen=$(pkg-config --cflags-only-I eigen3 | sed 's/-I/-isystem /')
status=0
for compiler in ${*:-g++ clang++}; do
  command -v "$compiler" > /dev/null || { echo "no $compiler here"; continue; }
  # shellcheck disable=SC2086  # $eigen is two words
  "$compiler" -std=c++20 -O1 -g1 -fsanitize=thread -I"$here/../../include" $eigen \
    "$here/../main.cpp" "$here/concurrent_solve_test.cpp" -pthread -o "$out/concurrent"
  echo "== $compiler"
  TSAN_OPTIONS="halt_on_error=0 exitcode=66" "$out/concurrent" || status=$?
done
exit $status
