#!/usr/bin/env bash
# Runs the built program as a user would: a small sweep, again, killed halfway, on bad input.
set -euo pipefail
scratch=$1
quick=(--config mnist-mlp --set train.epochs=1 --set prune.finetune.epochs=1
  --set 'prune.sparsities=[0, 0.9, 0.99]' --set 'seeds=[0, 1]')
sweep() { node bin/prune-lab.js sweep "$@"; }
fail() { echo "FAILED: $1"; exit 1; }

node bin/prune-lab.js --version
node bin/prune-lab.js doctor

echo "--- a sweep and its re-run"
sweep "${quick[@]}" --out "$scratch/a"
sweep "${quick[@]}" --out "$scratch/b" --workers 1 --no-charts --quiet
cmp "$scratch/a/results.csv" "$scratch/b/results.csv"
for file in config.yaml manifest.json results.csv summary.csv layers.csv history.csv timings.csv \
  charts/accuracy-vs-sparsity.{vl.json,svg,png} checkpoints/baseline-seed0.safetensors; do
  [ -s "$scratch/a/$file" ] || fail "no $file"
done

echo "--- killed at several moments, then continued"
for delay in 0.3 0.8 1.3 1.8; do
  node bin/prune-lab.js sweep "${quick[@]}" --out "$scratch/c" --quiet &
  pid=$!
  sleep "$delay"
  kill -9 "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
done
sweep "${quick[@]}" --out "$scratch/c" --quiet
for file in config.yaml manifest.json results.csv summary.csv layers.csv history.csv \
  charts/accuracy-vs-sparsity.png checkpoints/baseline-seed1.safetensors; do
  cmp "$scratch/a/$file" "$scratch/c/$file"
done

echo "--- WebAssembly gives the recorded figures on every machine"
for exact in exact exact-axes exact-methods exact-regression; do
  sweep --config "configs/ci/$exact.yaml" --out "$scratch/$exact" --no-charts --quiet
  node bin/prune-lab.js check "$scratch/$exact" --against "configs/ci/$exact.csv" --exact
done

echo "--- TensorFlow, one worker, the same bytes twice"
for run in 1 2; do
  sweep "${quick[@]}" --set 'seeds=[0]' --engine tensorflow --workers 2 --no-charts --quiet --out "$scratch/tf$run"
done
cmp "$scratch/tf1/results.csv" "$scratch/tf2/results.csv"

echo "--- a report, and a sweep in three parts joined again"
node bin/prune-lab.js report "$scratch/a" "$scratch/tf1" --out "$scratch/both.html"
for part in 1 2 3; do sweep "${quick[@]}" --shard "$part/3" --out "$scratch/part$part" --quiet; done
node bin/prune-lab.js merge "$scratch/merged" "$scratch"/part{1,2,3}
cmp "$scratch/a/results.csv" "$scratch/merged/results.csv"
cmp "$scratch/a/report.html" "$scratch/merged/report.html"

echo "--- wrong input ends with 2 and writes nothing"
expect_2() {
  local code=0
  "$@" >"$scratch/out" 2>"$scratch/err" || code=$?
  cat "$scratch/err"
  [ "$code" = 2 ] || fail "exit code $code instead of 2: $*"
}
expect_2 sweep --config mnist-mpl
expect_2 sweep --config mnist-mlp --set prune.sparsities=[90] --out "$scratch/none"
expect_2 sweep --config mnist-mlp --set prune.methods=[global-magnitud] --out "$scratch/none"
expect_2 sweep "${quick[@]}" --set train.epochs=2 --out "$scratch/a"
mkdir "$scratch/foreign" && touch "$scratch/foreign/file"
expect_2 sweep "${quick[@]}" --fresh --out "$scratch/foreign"
[ ! -e "$scratch/none" ] || fail "wrong input wrote something"
