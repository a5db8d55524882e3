#!/usr/bin/env bash
# Installs Chromium where the machine has none and lets us.
set -euo pipefail
for name in chromium chromium-browser google-chrome; do
  if command -v "$name"; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
  command -v chromium
else
  echo "No Chromium here, and it cannot be installed: install it, or set PRUNE_LAB_CHROMIUM."
  exit 1
fi
