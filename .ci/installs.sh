#!/usr/bin/env bash
# Installs without scripts or without development packages must not fail, and the program must say what to run.
set -euo pipefail
scratch=$1
git clone --quiet . "$scratch/clone"
cd "$scratch/clone"
explains() {
  local code=0
  node bin/prune-lab.js --version 2>"$scratch/err" || code=$?
  [ "$code" = 3 ] && grep -q 'npm run build' "$scratch/err" || { echo "FAILED: $1"; cat "$scratch/err"; exit 1; }
}
npm ci --silent --ignore-scripts
explains "npm ci --ignore-scripts"
NODE_ENV=production npm ci --silent
explains "NODE_ENV=production npm ci"
