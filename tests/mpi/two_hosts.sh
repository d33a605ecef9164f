#!/usr/bin/env bash
# usage: two_hosts.sh JOB FOLDER : the training job on two hosts of this script's own making, with two processes each, against
# one process: the same model file. A host is a network namespace with a name of its own; a cable (veth) joins the two, and
# nothing but TCP over it joins the processes. Needs root and the right to make namespaces; leaves nothing behind.
set -euo pipefail
job=$(realpath "$1") folder=$(realpath "$2")
a=gdm-a b=gdm-b
cleanup() {
  for host in $a $b; do ip netns pids $host 2>/dev/null | xargs -r kill 2>/dev/null || true; done
  ip netns del $a 2>/dev/null || true
  ip netns del $b 2>/dev/null || true
  rm -rf "/etc/netns/$a" "/etc/netns/$b" "$folder/agent"
}
trap cleanup EXIT
cleanup

for host in $a $b; do
  ip netns add $host
  mkdir -p "/etc/netns/$host"  # `ip netns exec` puts these files in the place of those in /etc
  printf '127.0.0.1 localhost\n10.77.0.1 %s\n10.77.0.2 %s\n' $a $b >"/etc/netns/$host/hosts"
  ip -n $host link set lo up
done
ip link add gdm-cable-a netns $a type veth peer name gdm-cable-b netns $b
ip -n $a addr add 10.77.0.1/24 dev gdm-cable-a
ip -n $b addr add 10.77.0.2/24 dev gdm-cable-b
ip -n $a link set gdm-cable-a up
ip -n $b link set gdm-cable-b up

# What mpirun calls in the place of ssh: agent HOST COMMAND...
cat >"$folder/agent" <<'AGENT'
#!/usr/bin/env bash
host=$1
shift
exec ip netns exec "$host" unshare --uts bash -c "hostname $host; $*"
AGENT
chmod +x "$folder/agent"

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=1
run() {  # run(processes on a, on b, arguments of the job)
  local on_a=$1 on_b=$2
  shift 2
  ip netns exec $a unshare --uts bash -c "hostname $a; exec mpirun --host $a:$on_a,$b:$on_b --oversubscribe --bind-to none \
    --mca plm_rsh_agent '$folder/agent' --mca oob_tcp_if_include 10.77.0.0/24 --mca btl tcp,self \
    --mca btl_tcp_if_include 10.77.0.0/24 $*"
}
bytes() { ip netns exec $a cat /sys/class/net/gdm-cable-a/statistics/tx_bytes; }

cd "$folder"
mpirun -n 1 "$job" train one
names=$(run 1 1 hostname | sort | xargs)
[ "$names" = "$a $b" ] || { echo "the processes run on: $names"; exit 1; }
for processes in "1 1" "2 2" "1 2"; do
  before=$(bytes)
  run $processes "$job" train both
  cmp one both
  rm both
  echo "processes on the two hosts: $processes; same file; $((($(bytes) - before) / 1024)) KiB sent over the cable by the first"
done
if run 1 1 "$job" label 2>label.log; then
  echo "a label that throws on the other host left the job alive"
  exit 1
fi
grep -q "gdm: process 1 of 2: the solver ran out of iterations" label.log
echo "a label that throws on the other host ends the job"
