#!/usr/bin/env bash
# CPU seconds of one sweep by one process of this machine, and by a Slurm of three nodes of two CPUs that share it, in turns.
# Needs root and Debian's packages (or an installed Slurm); ends what it starts.
# Usage: npm run build && bash bench/cluster.sh [CONFIG] [TASK] [ROUNDS]      (default: mnist-mlp 20s 3)
set -euo pipefail
config=${1:-mnist-mlp} task=${2:-20s} rounds=${3:-3}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
chmod 711 "$work"
export SLURM_TEST_DIR="$work/slurm" SLURM_TEST_PORT=${SLURM_TEST_PORT:-26821}
eval "$("$root/.ci/slurm/up.sh" 3 2)"
trap '"$root/.ci/slurm/down.sh"; rm -rf "$work"' EXIT
cd "$work"
echo "slurm: { partition: main, time: 10m, cpus: 2, memory: 1G, task: $task, keepLogs: true }" >cluster.yaml
sweep=(node "$root/bin/prune-lab.js" sweep --config "$config" --set dataset.source=bundled --engine kernels-wasm --no-charts --quiet --fresh)
# Seconds of CPU that a command and its children take, into `cpu`.
timed() { TIMEFORMAT='%U %S'; { time "$@" 2>&3; } 3>&2 2>cpu.txt; cpu=$(awk '{ print $1 + $2 }' cpu.txt); }
echo "round  local  tasks: CPU seconds  of them  driver  all over local"
for round in $(seq "$rounds"); do
  timed "${sweep[@]}" --out local
  local=$cpu
  timed "${sweep[@]}" --out cluster --on slurm --cluster cluster.yaml
  cmp local/results.csv cluster/results.csv
  cat cluster/.cluster/*/events/*.jsonl | grep '"task-ended"' | grep -o '"cpuSeconds":[0-9.]*' | cut -d: -f2 |
    awk -v round="$round" -v local="$local" -v driver="$cpu" '{ sum += $1 } END {
      printf "%5d  %5.1f  %18.1f  %7d  %6.1f  %14.2f\n", round, local, sum, NR, driver, (sum + driver) / local }'
done
