#!/usr/bin/env bash
# Fails with file and line when a tracked C++ file is not as clang-format writes it; `make format` mends it.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files -z '*.h' '*.cc' | xargs -0 --no-run-if-empty clang-format --dry-run -Werror
