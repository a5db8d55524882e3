#!/usr/bin/env bash
# Finds a Python with PyTorch, or installs one where that is possible; else says none.
set -euo pipefail
find_python() {
  for python in "${PRUNE_LAB_PYTHON:-python3}" /usr/bin/python3; do
    if "$python" -c "import torch" 2>/dev/null; then echo "$python" && return; fi
  done
  return 1
}
if find_python; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  # What cannot be installed in time is left out, and the test that needs it says so.
  { timeout 60 apt-get update -qq && DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y -qq \
    --no-install-recommends python3-torch; } >/dev/null 2>&1 || true
fi
find_python || echo none
