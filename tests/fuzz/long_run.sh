#!/usr/bin/env bash
# The long form of the fuzz tests: one harness after the other under libFuzzer with the address and undefined-behaviour
# sanitizers, on one core at the lowest priority.
# usage: long_run.sh BUILD_FOLDER LOG_FOLDER [RUNS [HARNESS..]]      RUNS: executions of each harness, 50,000,000
# BUILD_FOLDER is configured with -DGDM_BUILD_FUZZERS=ON -DCMAKE_CXX_COMPILER=clang++. What is found stands in
# LOG_FOLDER/<harness>.log and the inputs that led there beside it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$1 logs=$2 runs=${3:-50000000}
shift $(($# < 3 ? $# : 3))
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for source in "$here"/*_fuzz.cpp; do names+=("$(basename "$source" _fuzz.cpp)"); done
fi
# No stack traces of allocations (a finding is replayed with them), a small quarantine and no alternate signal stack:
# fewer pages and system calls at each throw.
export ASAN_OPTIONS=malloc_context_size=0:quarantine_size_mb=1:thread_local_quarantine_size_kb=64:use_sigaltstack=0
failed=0
for name in "${names[@]}"; do
  program=$(find "$build" -type f -name "gdm_${name}_fuzz" -perm -u+x | head -n 1)
  mkdir -p "$logs/$name"
  dictionary=()
  words=$here/$name.dict
  if [ "$name" = model_file ] || [ "$name" = checkpoint ]; then words=$here/tensor_file.dict; fi
  if [ -f "$words" ]; then dictionary=("-dict=$words"); fi
  # Room for every seed as a whole, and a quarter more: a limit below a seed's size would cut it off, and with it all that
  # lies behind a sound file.
  largest=$(find "$here/corpus/$name" -type f -printf '%s\n' | sort -n | tail -n 1)
  length=$((largest * 5 / 4 > 256 ? largest * 5 / 4 : 256))
  echo "$name: $runs runs of at most $length bytes, log in $logs/$name.log"
  nice -n 19 "$program" -runs="$runs" -max_len="$length" -timeout=10 -report_slow_units=1 -print_final_stats=1 \
    -entropic=0 -reload=0 "${dictionary[@]}" -artifact_prefix="$logs/$name-" "$logs/$name" "$here/corpus/$name" > "$logs/$name.log" 2>&1 ||
    { status=$?; failed=1; [ $status -eq 72 ] && echo "$name: interrupted" || echo "$name: FAILED ($status)"; }
  grep -a -E "stat::number_of_executed_units|stat::slowest_unit_time_sec|SUMMARY" "$logs/$name.log" || true
done
exit $failed
