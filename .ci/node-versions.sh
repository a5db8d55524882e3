#!/usr/bin/env bash
# The built program on the other Node versions that are supported: same bytes from the WebAssembly kernels.
set -euo pipefail
scratch=$1
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) platform=linux-x64 ;;
  Linux-aarch64) platform=linux-arm64 ;;
  Darwin-arm64) platform=darwin-arm64 ;;
  *) echo "no Node packages for $(uname -sm): skipped" && exit 0 ;;
esac
for version in 22 24; do
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$scratch/node$version" "node-$platform@$version"
  node="$scratch/node$version/node_modules/node-$platform/bin/node"
  "$node" --version
  "$node" bin/prune-lab.js sweep --config configs/ci/exact.yaml --out "$scratch/on-node$version" --no-charts --quiet
  cmp "$scratch/exact/results.csv" "$scratch/on-node$version/results.csv"
  "$node" bin/prune-lab.js sweep --config mnist-mlp --quiet --out "$scratch/native-on-node$version" \
    --set train.epochs=1 --set prune.finetune=null --set 'prune.sparsities=[0.9]' --set 'seeds=[0]'
done
for picture in "$scratch"/native-on-node22/charts/*.png; do
  cmp "$picture" "$scratch/native-on-node24/charts/$(basename "$picture")"
done
