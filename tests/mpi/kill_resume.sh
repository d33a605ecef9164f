#!/usr/bin/env bash
# usage: kill_resume.sh MPIEXEC JOB FOLDER KILLS [train | learn] : starts the job on 1 to 4 processes, kills all of them at a random
# time, and goes on from the checkpoint on another number, again and again; every run that comes to its end must have written
# the model file of a run that nobody disturbed.
set -euo pipefail
mpiexec=$1 job=$2 folder=$3 kills=$4 task=${5:-train}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 \
  OMPI_MCA_hwloc_base_binding_policy=none OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=1
cd "$folder"
RANDOM=17
run() { "$mpiexec" -n "$1" "$job" "$task" "$2" "$3" >run.log 2>&1; }

start=$(date +%s%N)
run 1 expected none.ckpt
whole=$((($(date +%s%N) - start) / 1000000))  # milliseconds
rm -f none.ckpt

killed=0 finished=0 resumed=0
rm -f job.ckpt
while ((killed < kills)); do
  n=$((1 + RANDOM % 4))
  had=0; [ -e job.ckpt ] && had=1
  rm -f model
  setsid "$mpiexec" -n $n "$job" "$task" model job.ckpt >run.log 2>&1 &
  pid=$!
  # From before the first checkpoint to after the end.
  sleep "$(awk -v ms=$whole -v r=$RANDOM 'BEGIN { print 0.001 * ms * r / 32768 }')"
  if kill -KILL -- -$pid 2>/dev/null; then
    wait $pid 2>/dev/null && code=0 || code=$?
  else
    wait $pid && code=0 || code=$?
  fi
  # The processes of the job may have a session of their own: those of this job's folder alone.
  for p in $(pgrep -f "$job $task model job.ckpt" || true); do
    [ "$(readlink "/proc/$p/cwd")" = "$PWD" ] && kill -KILL "$p" 2>/dev/null || true
  done
  if ((code == 0)); then
    cmp expected model
    finished=$((finished + 1)) resumed=$((resumed + had))
    rm -f job.ckpt
  elif ((code == 137)); then
    killed=$((killed + 1))
  else
    cat run.log
    echo "$n processes ended with exit code $code"
    exit 1
  fi
done
run $((1 + RANDOM % 4)) model job.ckpt
cmp expected model
echo "$killed kills; $((finished + 1)) runs came to the end, $((resumed + 1)) of them from a checkpoint, all with the same file"
