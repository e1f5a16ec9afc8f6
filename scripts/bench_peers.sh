#!/usr/bin/env bash
# Measures the Python module against its peers (bench/peers). Makes a virtual environment with them first: some GB, once.
#
#   scripts/bench_peers.sh [--only P1,P2,P2b,P3]
set -euo pipefail
cd "$(dirname "$0")/.."
environment=$(realpath -m "${GRADUS_PEERS:-build/peers}")
if [ ! -x "$environment/bin/python" ]; then
  echo "bench_peers: installing the peers of bench/peers/requirements.txt into $environment"
  python3 -m venv "$environment"
  grep -v '^verl' bench/peers/requirements.txt > "$environment/requirements.txt"
  "$environment/bin/pip" install --quiet -r "$environment/requirements.txt"
  "$environment/bin/pip" install --quiet --no-deps "$(grep '^verl' bench/peers/requirements.txt)"
fi
"$environment/bin/pip" install --quiet ./python
exec "$environment/bin/python" bench/peers/run.py "$@"
