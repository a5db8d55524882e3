#!/bin/bash
# Brings up a private Slurm cluster on this machine: munged, slurmctld, and N virtual nodes (one slurmd each), without
# systemd, as root, on 127.0.0.1 only. Usage:
#   up.sh [NODES] [CPUS_PER_NODE]     (default 3 nodes of 2)
#   eval "$(up.sh)"                   sets SLURM_CONF, so that sbatch & co. find it
# Everything lies in $SLURM_TEST_DIR (default ${TMPDIR:-/tmp}/prune-lab-slurm); down.sh ends it. Messages go to stderr.
set -euo pipefail
nodes=${1:-3}
cpus=${2:-2}
dir=${SLURM_TEST_DIR:-${TMPDIR:-/tmp}/prune-lab-slurm}
port=${SLURM_TEST_PORT:-26817}
say() { echo "$*" >&2; }

missing=()
for pair in slurmctld:slurmctld slurmd:slurmd sbatch:slurm-client munged:munge ss:iproute2 pgrep:procps; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
if [ ${#missing[@]} -gt 0 ]; then
  # policy-rc.d keeps the packages from starting services of their own.
  [ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d; }
  { apt-get install -y --no-install-recommends "${missing[@]}" || { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; }; } >&2
fi

[ ! -e "$dir/slurm.conf" ] || "$(dirname "$0")/down.sh" >&2
rm -rf "$dir"
mkdir -p "$dir"/{munge,state,log,run}
chmod 755 "$dir"
host=$(hostname -s)

# 1. munge: the key that daemons and clients share. As root, in a folder of its own.
chmod 711 "$dir/munge"
dd if=/dev/urandom of="$dir/munge/key" bs=128 count=1 status=none
chmod 400 "$dir/munge/key"
munged --key-file="$dir/munge/key" --socket="$dir/munge/socket" --pid-file="$dir/run/munged.pid" \
  --log-file="$dir/munge/log" --seed-file="$dir/munge/seed" --num-threads=2

# 2. One file for all daemons and clients.
cat >"$dir/slurm.conf" <<CONF
ClusterName=plab
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
AuthType=auth/munge
# cred_expire is also how long a job that was queued again waits before it may start (default 120 s, at least 6).
AuthInfo=socket=$dir/munge/socket,cred_expire=6
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
MpiDefault=none
SwitchType=switch/none
# No cgroups and no CPU binding: works in a container and on fewer cores than the nodes claim.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdParameters=config_overrides
# What each node claims is given out by core.
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
# Look at the queue at once, not once in 30 or 60 seconds.
SchedulerParameters=defer_batch,sched_interval=2,bf_interval=2,batch_sched_delay=0,max_rpc_cnt=0
# A node that does not answer for 4 s is DOWN (some 15 s in all), and its batch jobs are queued again.
MessageTimeout=3
TCPTimeout=1
SlurmdTimeout=4
SlurmctldTimeout=6
ReturnToService=2
JobRequeue=1
KillWait=3
# Ended jobs stay visible to squeue and scontrol this long: there is no accounting here.
MinJobAge=300
MaxArraySize=10001
MaxJobCount=20000
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$dir/log/jobcomp.txt
JobAcctGatherType=jobacct_gather/none
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool-%n
SlurmctldPidFile=$dir/run/slurmctld.pid
SlurmdPidFile=$dir/run/slurmd-%n.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd-%n.log
SlurmctldDebug=info
SlurmdDebug=info
NodeName=n[1-$nodes] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + nodes))] CPUs=$cpus RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF="$dir/slurm.conf"

# 3. The daemons. They turn themselves into background processes.
slurmctld -c
for n in $(seq 1 "$nodes"); do
  mkdir -p "$dir/spool-n$n"
  slurmd -N "n$n"
done

# 4. Ready when every node is idle.
for _ in $(seq 1 300); do
  idle=$(sinfo -h -N -t idle -o %N 2>/dev/null | sort -u | wc -l)
  if [ "$idle" = "$nodes" ]; then
    say "slurm is up: $nodes nodes of $cpus CPUs; export SLURM_CONF=$SLURM_CONF"
    echo "export SLURM_CONF=$SLURM_CONF"
    exit 0
  fi
  sleep 0.1
done
say "slurm did not come up in 30 s"
tail -n 20 "$dir"/log/*.log >&2
exit 1
