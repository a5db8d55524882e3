#!/usr/bin/env bash
# A sweep whose tasks go through Redis to two workers gives the tables of a sweep on one machine, although a worker and the
# driver are killed. Needs redis-server, or root and Debian's packages; ends what it starts. Usage: redis.sh SCRATCH
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(cd "${1:?a scratch folder}" && pwd)
source "$here/tools.sh"
if ! command -v redis-server >/dev/null && ! install_packages redis-server; then
  left_out "redis-server is not here and cannot be installed"
  exit 0
fi
work=$scratch/redis-work
mkdir -p "$work/elsewhere"
cd "$work"
port=${REDIS_TEST_PORT:-26819}
address=redis://127.0.0.1:$port
redis-server --bind 127.0.0.1 --port "$port" --save "" --appendonly no --dir "$work" >redis.log 2>&1 &
server=$!
started=()
# Ends what is still there, by its number.
finish() { for pid in "${started[@]}" "$server"; do kill -9 "$pid" 2>/dev/null || true; done; }
trap finish EXIT

source "$here/cluster-sweep.sh"
answers() { [ "$(redis-cli -p "$port" ping 2>/dev/null)" = PONG ]; }
# The task that a worker computes now.
task_of() { tail -n 1 "$1" | sed -n 's/^out \(.*\): begun$/\1/p'; }
has_task() { [ -n "$(task_of "$1")" ]; }
# Keys but the list of workers; those that expire, as that by which workers of BullMQ take turns, do not count.
kept_keys() {
  redis-cli -p "$port" keys '*' | while read -r key; do
    if [ "$key" != prune-lab:workers ] && [ "$(redis-cli -p "$port" ttl "$key")" = -1 ]; then echo "$key"; fi
  done | wc -l
}
has_begun() { grep -qx "out $2: begun" "$1"; }

echo 'redis: { task: 2s, cpus: 2, keepLogs: true }' >cluster.yaml

await "a server that answers" 10 answers

echo "two workers; one of them and the driver are killed"
for name in first second; do
  node "$lab" worker "$address" --results . --workers 1 >$name.log 2>&1 &
  started+=($!)
done
node "$lab" worker "$address" --results elsewhere >stranger.log 2>&1 &
started+=($!)
"${sweep[@]}" --out out --on "$address" >driver-1.log 2>&1 &
driver=$!
started+=("$driver")
await "finished runs" 60 has_finished out 5
kill -9 "$driver"; wait "$driver" 2>/dev/null || true
echo "       the driver is killed at $(finished out) runs"
await "a task of the first worker" 30 has_task first.log
lost=$(task_of first.log)
kill -9 "${started[0]}"; wait "${started[0]}" 2>/dev/null || true
echo "       the first worker is killed in task $lost at $(finished out) runs"
"${sweep[@]}" --out out --on "$address" >driver-2.log 2>&1 || { echo "FAILED: the driver ended with $?"; tail -n 20 ./*.log; exit 1; }
check "tasks that the second driver found" "$(grep -c 'in the queue already' driver-2.log)" 1
check "tables and those of this machine" "$(same_tables local out)" same
check "the lost task" "$(has_begun second.log "$lost" && echo 'begun by the second worker')" "begun by the second worker"
check "stored runs that were computed again" "$(twice out)" 0
check "runs that tasks told of" "$(finished out)" "$runs"
check "tasks of a worker that does not see the folder" "$(grep -c begun stranger.log || true) $(grep -c 'does not fit' stranger.log)" "0 1"
code=0; kill "${started[1]}"; wait "${started[1]}" || code=$?
check "a worker that is told to end" "$code" 0
check "what stays in Redis" "$(kept_keys)" 0
echo "$passed passed"
