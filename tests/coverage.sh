#!/usr/bin/env bash
# Line and branch coverage of include/gdm by the tests, from clang's source-based counts: each header's share, then all.
# usage: [JOBS=2] coverage.sh [FOLDER [GROUP..]]     FOLDER: where the programs go; GROUP: a folder of tests; all without
# Branches are those that stand in the source. (gcov also counts the exceptional exit of every call.)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/build-coverage}
shift $(($# < 1 ? $# : 1))
suffix=$(clang++ --version | sed -n 's/.*clang version \([0-9]*\).*/-\1/p')
profdata=$(command -v llvm-profdata || command -v "llvm-profdata$suffix")
cov=$(command -v llvm-cov || command -v "llvm-cov$suffix")
mkdir -p "$out"
flags="-std=c++20 -O${LEVEL:-1} -w -fprofile-instr-generate -fcoverage-mapping -I$root/include"
flags+=" $(pkg-config --cflags-only-I eigen3 | sed 's/-I/-isystem/')"
[ -d "$root/../shared" ] && flags+=" -DGDM_SHARED_DIR=\"$root/../shared\""
printf '#include <%s>\n' doctest/doctest.h Eigen/Core xtensor/xtensor.hpp > "$out/precompiled.hpp"
# shellcheck disable=SC2086
clang++ $flags -x c++-header "$out/precompiled.hpp" -o "$out/precompiled.hpp.pch"
# shellcheck disable=SC2086
clang++ $flags -c "$root/tests/main.cpp" -o "$out/main.o"

export root out flags
run_one() {
  local name=${1#"$root"/tests/}
  name=${name//\//.}
  # shellcheck disable=SC2086
  clang++ $flags -include "$out/precompiled.hpp" "$1" "$out/main.o" -o "$out/$name.program" 2> "$out/$name.log" ||
    { echo "$name does not compile"; return; }
  LLVM_PROFILE_FILE="$out/$name.profraw" timeout 600 "$out/$name.program" > "$out/$name.log" 2>&1 || echo "$name fails"
}
export -f run_one
if [ $# -eq 0 ]; then set -- .; fi
for group in "$@"; do find "$root/tests/$group" -name '*_test.cpp' -printf '%p\n'; done | sed 's|/\./|/|' | sort -u |
  xargs -P "${JOBS:-2}" -I{} bash -c 'run_one {}'

objects=()
for program in "$out"/*.program; do
  if [ -f "${program%.program}.profraw" ]; then objects+=(-object "$program"); fi
done
"$profdata" merge -sparse "$out"/*.profraw -o "$out/all.profdata"
"$cov" report "${objects[@]:1}" -instr-profile "$out/all.profdata" "$root/include/gdm" > "$out/report.txt"
awk 'NF >= 13 && $1 != "Filename" {printf "%-44s lines %7s of %5d   branches %7s of %5d\n", $1, $10, $8, $13, $11}' "$out/report.txt"
