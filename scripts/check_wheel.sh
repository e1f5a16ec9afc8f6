#!/usr/bin/env bash
# Builds the wheel and installs it in a fresh virtual environment without anything else, and with no compiler on PATH.
#
#   scripts/check_wheel.sh
set -euo pipefail
cd "$(dirname "$0")/.."
wheel=$PWD/$(scripts/make_wheel.sh | tail -n 1)
folder=$(mktemp -d)
rm=$(command -v rm)
trap '"$rm" -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
cd "$folder"
export PATH="$folder/venv/bin"
pip install --quiet --only-binary :all: "$wheel"
python -m gradus
python - <<'PYTHON'
import gradus
print(gradus.advantages([1, 0, 0, 1], ["a", "a", "b", "b"], "rloo"))
PYTHON
echo "wheel: ${wheel##*/} works without compiler and packages"
