#!/usr/bin/env bash
# Configures one preset of CMakePresets.json; CMake's output is shown only when it fails. The preset `command` leaves a
# build folder as it is that is configured for more.
#
#   scripts/configure.sh release
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
if [ "$preset" = command ] && grep -q '^GRADUS_TESTS:[A-Z]*=ON' build/CMakeCache.txt 2>/dev/null; then
  preset=release
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! cmake --preset "$preset" >"$log" 2>&1; then
  cat "$log" >&2
  echo "configure: cmake --preset $preset failed; its output is above" >&2
  exit 3
fi
