#!/usr/bin/env bash
# Line and branch coverage of include/gdm by the tests, from clang's source-based counts: each header's share, then all.
# usage: coverage.sh [BUILD_FOLDER [GROUP..]]     GROUP: a folder of tests; all without
# Branches are those that stand in the source. (gcov also counts the exceptional exit of every call.)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build-coverage}
shift $(($# < 1 ? $# : 1))
suffix=$(clang++ --version | sed -n 's/.*clang version \([0-9]*\).*/-\1/p')
profdata=$(command -v llvm-profdata || command -v "llvm-profdata$suffix")
cov=$(command -v llvm-cov || command -v "llvm-cov$suffix")
cmake -S "$root" -B "$build" -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=Debug -DGDM_NATIVE=OFF -DGDM_BUILD_EXAMPLES=OFF \
  -DCMAKE_CXX_FLAGS_DEBUG=-O1 -DCMAKE_CXX_FLAGS="-fprofile-instr-generate -fcoverage-mapping" > "$build.log"
groups=("$@")
if [ ${#groups[@]} -eq 0 ]; then
  for folder in "$root"/tests/*/; do
    if compgen -G "$folder*_test.cpp" > /dev/null; then groups+=("$(basename "$folder")"); fi
  done
fi
programs=()
for group in "${groups[@]}"; do
  cmake --build "$build" -j"${JOBS:-2}" --target "gdm_tests_$group" >> "$build.log" 2>&1 || { tail -20 "$build.log"; exit 1; }
  program=$(find "$build" -type f -name "gdm_tests_$group" | head -1)
  LLVM_PROFILE_FILE="$build/$group.profraw" OMP_WAIT_POLICY=PASSIVE "$program" > "$build/$group.out" 2>&1 ||
    echo "tests of $group fail, see $build/$group.out"
  programs+=(-object "$program")
done
"$profdata" merge -sparse "$build"/*.profraw -o "$build/all.profdata"
"$cov" report "${programs[@]:1}" -instr-profile "$build/all.profdata" "$root/include/gdm" |
  awk '/^(Filename|---)/ {print; next} NF >= 13 {printf "%-52s lines %7s of %5d   branches %7s of %5d\n", $1, $10, $8, $13, $11}'
