#!/bin/bash
# Ends what up.sh started: jobs, slurmds, slurmctld, munged, by the pid files in $SLURM_TEST_DIR only.
set -uo pipefail
dir=${SLURM_TEST_DIR:-${TMPDIR:-/tmp}/prune-lab-slurm}
[ -e "$dir/slurm.conf" ] || exit 0
export SLURM_CONF="$dir/slurm.conf"
# A process and everything under it, stopped first so that nothing new starts.
tree() { local c; kill -STOP "$1" 2>/dev/null; for c in $(pgrep -P "$1"); do tree "$c"; done; kill -9 "$1" 2>/dev/null; }
# Only the daemon that wrote the file, not a later process with its number.
daemon() {
  local pid
  pid=$(cat "$1" 2>/dev/null) && grep -qE '^(slurmd|slurmctld|munged)' "/proc/$pid/comm" 2>/dev/null && echo "$pid"
}
# 1. No new jobs: the controller goes first, and nothing that it knows is needed again.
pid=$(daemon "$dir/run/slurmctld.pid") && kill -9 "$pid"
# 2. The nodes, then the steps that they left, with the jobs' processes.
for file in "$dir"/run/slurmd-*.pid; do pid=$(daemon "$file") && kill -9 "$pid"; done
for socket in "$dir"/spool-*/*_*.*; do
  [ -S "$socket" ] || continue
  pid=$(ss -xlp 2>/dev/null | grep -F " $socket " | grep -o 'pid=[0-9]*' | head -1 | cut -d= -f2)
  [ -n "$pid" ] && tree "$pid"
done
# 3. munge.
pid=$(daemon "$dir/run/munged.pid") && kill "$pid"
for _ in $(seq 1 30); do daemon "$dir/run/munged.pid" >/dev/null || break; sleep 0.1; done
rm -f "$dir/slurm.conf"
exit 0
