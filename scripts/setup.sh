#!/usr/bin/env bash
# Installs the Debian packages of scripts/packages.txt that are missing, after saying which, and the language
# servers of servers/package.json; with `study` only what the command is built from and what a study runs.
# Exit code 3: something is missing and this user may not install it; the list to install is printed.
#
#   scripts/setup.sh [study] [--say]        --say: how much it would install, and nothing else
set -euo pipefail
cd "$(dirname "$0")/.."
whole=yes say=
for word in "$@"; do
  case "$word" in
    study) whole= ;;
    --say) say=yes ;;
    *) echo "usage: scripts/setup.sh [study] [--say]" >&2; exit 2 ;;
  esac
done

# A node from elsewhere than Debian brings its own npm, and the two cannot be installed together: what
# counts for these two is the command, not the package.
is_there() {
  case "$1" in
    nodejs) command -v node >/dev/null ;;
    npm) command -v npm >/dev/null ;;
    *) [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ] ;;
  esac
}

if ! command -v dpkg-query >/dev/null; then
  echo "setup: this is not a Debian system; install the equivalents of scripts/packages.txt yourself," >&2
  echo "       then configure and build with: cmake --preset release && cmake --build build" >&2
  exit 3
fi

missing=()
while read -r package purpose; do
  [ -n "$whole" ] || [ "$purpose" = study ] || continue
  is_there "$package" || missing+=("$package")
done < <(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' scripts/packages.txt)

if [ -n "$say" ]; then
  [ "${#missing[@]}" -gt 0 ] || { echo "setup: nothing is missing"; exit 0; }
  apt-get install --no-install-recommends --assume-no "${missing[@]}" 2>/dev/null |
    sed -n -e 's/^[0-9]* upgraded, \([0-9]*\) newly installed.*/setup: \1 packages/p' -e 's/^Need to get/setup: to fetch:/p' \
        -e 's/^After this operation, \(.*\) of additional.*/setup: on disk: \1/p'
  exit 0
fi

# Language servers that come from npm: the versions of servers/package-lock.json, in servers/node_modules.
install_servers() {
  [ -n "$whole" ] || return 0
  cmp -s servers/package-lock.json servers/node_modules/.installed-lock.json && return
  echo "setup: installing the language servers of servers/package.json"
  npm ci --prefix servers --no-audit --no-fund --loglevel=error >/dev/null
  cp servers/package-lock.json servers/node_modules/.installed-lock.json
}

if [ "${#missing[@]}" -eq 0 ]; then
  install_servers
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    as_root=(sudo)
  else
    echo "setup: these packages are missing, and installing them needs root. Ask an administrator to run" >&2
    echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 3
  fi
fi

echo "setup: installing ${#missing[@]} Debian packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run_quietly() {
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "setup: '$*' failed; the last lines of its output are above" >&2
    exit 3
  fi
}
run_quietly apt-get update -q
run_quietly apt-get install -q -y --no-install-recommends "${missing[@]}"
install_servers
echo "setup: done"
