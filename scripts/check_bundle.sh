#!/bin/sh
# Builds web/ afresh in a temporary folder, from the lock file alone, and fails when the committed page is another.
set -eu
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
tar -C web --exclude=./node_modules --exclude=./dist -cf - . | tar -C "$work" -xf -

if grep -q '"resolved"' web/package-lock.json; then
  echo "web/package-lock.json names the hosts that packages came from; web/.npmrc leaves them out: run npm install there again" >&2
  exit 1
fi
(cd "$work" && npm ci --no-audit --no-fund --loglevel=error >build.log 2>&1 && npm run --silent build >>build.log 2>&1) || {
  cat "$work/build.log" >&2
  exit 1
}
if ! cmp "$work/dist/report.html" web/dist/report.html; then
  echo "web/dist/report.html is not what web/ builds: run 'npm ci && npm run build' in web/ and commit the result" >&2
  exit 1
fi
echo "web/dist/report.html is up to date"
