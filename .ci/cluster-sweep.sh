# Sourced by the checks of clusters, in their work folder: a sweep of at least 60 runs, computed on this machine into `local`,
# and what is asked of one that a cluster computes.
lab=$here/../bin/prune-lab.js
passed=0
# What, what it is, what it has to be.
check() {
  if [ "$2" != "$3" ]; then echo "FAILED $1: '$2', not '$3'"; tail -n 20 ./*.log; exit 1; fi
  passed=$((passed + 1)); echo "ok     $1: $2 ($SECONDS s)"
}
# Whatever must come true within a time: what, seconds, command.
await() {
  local what=$1 until=$((SECONDS + $2)); shift 2
  until "$@"; do
    if [ $SECONDS -gt $until ]; then echo "FAILED: $what has not come about"; tail -n 30 ./*.log; exit 1; fi
    sleep 0.2
  done
}
sweep=(node "$lab" sweep --config small.yaml --no-charts)
# What the tasks of a sweep have told so far, by its folder.
events() { cat "$1"/.cluster/*/events/*.jsonl 2>/dev/null || true; }
finished() { events "$1" | grep -c '"run-finished"' || true; }
has_finished() { [ "$(finished "$1")" -ge "$2" ]; }
# Runs that two tasks have told of.
twice() { events "$1" | grep '"run-finished"' | grep -o '"run":"[^"]*"' | sort | uniq -d | wc -l; }
same_tables() {
  local file
  for file in results.csv layers.csv summary.csv; do cmp "$1/$file" "$2/$file" >&2 || { echo differ; return; }; done
  echo same
}
# Runs a command, and writes its CPU seconds into a file.
timed() { TIMEFORMAT='%U %S'; { time "${@:2}" 2>&3; } 3>&2 2>"$1"; }

cat >small.yaml <<'YAML'
name: small
dataset: { name: mnist, source: bundled, validation: 8000 }
model: { name: mlp, hidden: [8] }
train: { epochs: 1 }
prune:
  methods: [l1-unstructured, global-magnitude, random-unstructured]
  sparsities: [0, 0.5, 0.8, 0.9, 0.95, 0.99]
  finetune: { epochs: 2 }
seeds: [0, 1, 2, 3]
engine: kernels-wasm
YAML
echo "on this machine"
timed local.cpu "${sweep[@]}" --out local --quiet
runs=$(($(wc -l <local/timings.csv) - 1))
echo "$runs runs"
[ "$runs" -ge 60 ] || { echo "FAILED: fewer than 60 runs"; exit 1; }
