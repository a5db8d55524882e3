#!/usr/bin/env bash
# A sweep on a Slurm of three virtual nodes gives the tables of a sweep on one machine, whatever is killed meanwhile.
# Needs root and Debian's packages (or an installed Slurm); ends what it starts. Usage: slurm.sh SCRATCH
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(cd "${1:?a scratch folder}" && pwd)
source "$here/tools.sh"
if ! can_install; then
  left_out "Slurm's daemons need root, and its packages apt"
  exit 0
fi
export SLURM_TEST_DIR="$scratch/slurm" SLURM_TEST_PORT=${SLURM_TEST_PORT:-26817}
# munge wants a socket that all users can reach.
chmod 711 "$scratch"
settings=$("$here/slurm/up.sh" 3 2)
eval "$settings"
driver=
trap '[ -z "$driver" ] || kill -9 "$driver" 2>/dev/null || true; "$here/slurm/down.sh"' EXIT
work=$scratch/slurm-work
mkdir -p "$work"
cd "$work"

source "$here/cluster-sweep.sh"
# Stops the processes of a task that runs: else it may end before it is cancelled, or its time ends. Its element is `element`,
# its job `job`, its node `node`. A task of a node that has just died seems to run, and has no processes.
stop_task() {
  local step
  while read -r element job node; do
    if step=$(pgrep -f "slurmstepd: \[$job\.batch\]") && pkill -STOP -P "$step"; then return; fi
  done <<<"$(squeue -h -r -t R -o '%F_%K %A %N')"
  return 1
}
# How many jobs have: a controller that was killed before it saved that one has ended writes it down twice.
ended() { awk -v state="JobState=$1" 'index($0, state) { jobs[$1] } END { print length(jobs) }' "$SLURM_TEST_DIR/log/jobcomp.txt"; }
# Whether a job has ended in a state.
has_ended() { grep -q "^JobId=$2 .*JobState=$1" "$SLURM_TEST_DIR/log/jobcomp.txt"; }
left() { squeue -h -r -t PD,R,CG,CF,S | wc -l; }
cat >cluster.yaml <<'YAML'
slurm: { partition: main, time: 2m, cpus: 1, memory: 500M, task: 1s, keepLogs: true }
YAML

echo "1. three nodes"
timed driver.cpu "${sweep[@]}" --out plain --on slurm --quiet
check "tables of a sweep on three nodes and of one on this machine" "$(same_tables local plain)" same
check "runs computed twice" "$(twice plain)" 0
check "nodes that computed" "$(events plain | grep -o '"node":"[^"]*"' | sort -u | wc -l)" 3
check "tasks left in the queue" "$(left)" 0
events plain | grep '"task-ended"' | grep -o '"cpuSeconds":[0-9.]*' | cut -d: -f2 |
  awk '{ sum += $1 } END { print sum + 0, NR }' >tasks.cpu
awk '{ print $1 + $2 }' local.cpu driver.cpu | cat - tasks.cpu | xargs |
  awk '{ printf "       CPU seconds: %.1f on this machine; %.1f in %d tasks and %.1f of the driver\n", $1, $3, $4, $2 }'

echo "2. a driver, a node and the controller are killed, a task is cancelled, and another one's time ends"
"${sweep[@]}" --out faults --on slurm >first.log 2>&1 &
driver=$!
await "a finished run" 60 has_finished faults 3
kill -9 "$driver"; wait "$driver" 2>/dev/null || true
echo "       the driver is killed at $(finished faults) runs"
await "a task on a node that is to die" 60 stop_task
lost=$job dead=$node
"$here/slurm/node-dies.sh" "$dead"
echo "       $dead is killed at $(finished faults) runs"
"${sweep[@]}" --out faults --on slurm >second.log 2>&1 &
driver=$!
before=$(finished faults)
await "a run after the second driver began" 60 has_finished faults $((before + 2))
await "a task to cancel" 60 stop_task
scancel "$element"
echo "       $element is cancelled at $(finished faults) runs"
await "a task that was cancelled" 60 has_ended CANCELLED "$job"
await "a task to stop" 60 stop_task
scontrol update JobId="$element" EndTime="$(date -d '+1 second' +%Y-%m-%dT%H:%M:%S)"
echo "       the time of $element ends at $(finished faults) runs"
await "a task out of time" 60 has_ended TIMEOUT "$job"
# What the dead node had keeps the sweep from its end until then.
await "a task lost with its node" 60 has_ended NODE_FAIL "$lost"
kill -9 "$(cat "$SLURM_TEST_DIR/run/slurmctld.pid")"
sleep 2
slurmctld
echo "       the controller is killed and started again at $(finished faults) runs"
slurmd -N "$dead"
wait "$driver" || { echo "FAILED: the driver ended with $?"; cat second.log; exit 1; }
driver=
grep -E "queue already|lost|does not answer" second.log || true
echo "       Slurm's account: $(ended COMPLETED) tasks completed, $(ended NODE_FAIL) lost with a node, $(ended TIMEOUT) out of time, $(ended CANCELLED) cancelled"
check "tasks out of time" "$(ended TIMEOUT)" 1
check "tables after all that" "$(same_tables local faults)" same
check "runs computed twice" "$(twice faults)" 0
check "tasks left in the queue" "$(left)" 0

echo "3. a site that refuses; left alone; and cancelled"
code=0; "${sweep[@]}" --out refused --on slurm --cluster <(echo 'slurm: { partition: nowhere }') >refused.log 2>&1 || code=$?
check "an unknown partition" "$code $(grep -c 'Slurm refuses: .*nvalid partition' refused.log)" "2 1"
"${sweep[@]}" --out left --on slurm --detach --set name=left >left.log
node "$lab" status left | sed 's/^/       /'
node "$lab" cancel left | sed 's/^/       /'
check "tasks left in the queue" "$(left)" 0
echo "$passed passed"
