#!/usr/bin/env bash
# Finds a Python with onnxruntime, NumPy and safetensors, or installs one into the cache folder; else says none.
set -euo pipefail
venv="${PRUNE_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/prune-lab}/ci-onnxruntime"
find_python() {
  for python in "${PRUNE_LAB_ONNX_PYTHON:-python3}" "$venv/bin/python"; do
    if "$python" -c "import onnxruntime, numpy, safetensors" 2>/dev/null; then echo "$python" && return; fi
  done
  return 1
}
if find_python; then exit 0; fi
# What cannot be installed in time is left out, and the test that needs it says so.
{ python3 -m venv "$venv" && timeout 300 "$venv/bin/pip" install --quiet onnxruntime numpy safetensors; } >/dev/null 2>&1 || true
find_python || echo none
