#!/usr/bin/env bash
# Builds the wheel of the Python module and runs its tests in a fresh virtual environment, which is removed afterwards.
#
#   scripts/test_python.sh                    # the module alone; tests of the shims that need a framework are skipped
#   scripts/test_python.sh --peers            # with real verl, TRL and verifiers behind it (scripts/peers.sh: fetches 1 GB, once); what CI runs
#   scripts/test_python.sh --beside VENV      # with the packages of another environment (torch, verl, trl, ...) behind it
set -euo pipefail
cd "$(dirname "$0")/.."

beside=
environment=
if [ "${1:-}" = --peers ]; then
  environment=$(scripts/peers.sh)
elif [ "${1:-}" = --beside ]; then
  environment=${2:?--beside needs the folder of a virtual environment}
elif [ $# -gt 0 ]; then
  echo "usage: scripts/test_python.sh [--peers | --beside VENV]" >&2
  exit 2
fi
if [ -n "$environment" ]; then
  beside=$(echo "$environment"/lib/python3*/site-packages)
  [ -d "$beside" ] || { echo "test_python: no packages in $environment" >&2; exit 2; }
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
echo "test_python: building the wheel (minutes the first time)"
"$folder/venv/bin/pip" install --quiet "./python[test]"
if [ -n "$beside" ]; then
  echo "$beside" > "$("$folder/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/beside.pth"
fi
export PYTHONDONTWRITEBYTECODE=1
"$folder/venv/bin/python" -P -m pytest -p no:cacheprovider -q python/tests
