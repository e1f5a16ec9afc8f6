#!/usr/bin/env bash
# A virtual environment with the trainers that the shims are tested against (python/tests/peers.txt): 2.3 GB, made once, minutes. Prints its folder.
#
#   scripts/peers.sh            # build-python/peers
set -euo pipefail
cd "$(dirname "$0")/.."
environment=$PWD/build-python/peers
if ! cmp -s python/tests/peers.txt "$environment/peers.txt"; then
  echo "peers: installing python/tests/peers.txt into $environment" >&2
  rm -rf "$environment"
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet --no-deps -r python/tests/peers.txt >&2
  scripts/cuda_stand_ins.py "$environment" >&2
  cp python/tests/peers.txt "$environment/peers.txt"
fi
echo "$environment"
