#!/usr/bin/env bash
# The Snakefile and the line of GNU parallel on docs/cluster.md give the tables of one sweep. Usage: shards.sh SCRATCH
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${1:?a scratch folder}/shards.XXXX")
page=$here/../docs/cluster.md
source "$here/tools.sh"
# GNU parallel from Debian; Snakemake from PyPI, where it has a tenth of the packages, kept in the cache folder.
install_parallel() { install_packages parallel; }
venv="${PRUNE_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/prune-lab}/ci-snakemake"
install_snakemake() {
  if [ ! -x "$venv/bin/snakemake" ]; then
    { python3 -m venv "$venv" && timeout 600 "$venv/bin/pip" install -q snakemake; } >&2 || return 1
  fi
  PATH="$venv/bin:$PATH"
}
mkdir -p "$work/bin"
printf '#!/bin/sh\nexec node "%s" "$@"\n' "$here/../bin/prune-lab.js" >"$work/bin/prune-lab"
chmod +x "$work/bin/prune-lab"
export PATH="$work/bin:$PATH"
cat >"$work/big.yaml" <<'YAML'
name: big
dataset: { name: mnist, source: bundled, validation: 8000 }
model: { name: mlp, hidden: [8] }
train: { epochs: 1 }
prune: { methods: [global-magnitude], sparsities: [0, 0.5, 0.9], finetune: { epochs: 1 } }
seeds: [0, 1]
YAML
cd "$work"
prune-lab sweep --config big.yaml --out local --engine kernels-wasm --quiet
# The indented blocks of the page: the Snakefile after its heading, the lines below GNU parallel.
block() { awk -v from="$1" '$0 ~ from { on = 1; next } /^## / { on = 0 } on && /^    / { sub(/^    /, ""); print; seen = 1; next } on && seen && /^$/ { print ""; next } seen && on { exit }' "$page"; }
same() {
  cmp "local/results.csv" "$1/results/big/results.csv" && cmp local/report.html "$1/results/big/report.html"
  echo "ok     $2"
}
for tool in snakemake parallel; do
  if ! command -v "$tool" >/dev/null && ! "install_$tool"; then left_out "$tool cannot be installed"; continue; fi
  mkdir "$tool"
  cp big.yaml "$tool"
  if [ "$tool" = snakemake ]; then
    block '^With this .Snakefile' >snakemake/Snakefile
    (cd snakemake && snakemake --cores 4 --quiet >../snakemake.log 2>&1) || { cat snakemake.log; exit 1; }
  else
    (cd parallel && block '^## GNU parallel' >lines.sh && bash -e lines.sh >../parallel.log 2>&1) || { cat parallel.log; exit 1; }
  fi
  same "$tool" "$tool gives the tables and the report of one sweep"
done
