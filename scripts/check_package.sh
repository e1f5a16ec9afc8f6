#!/usr/bin/env bash
# Installs build/gradus_*.deb and build/gradus-dev_*.deb (make package) with apt in a bare Debian 12, a folder that is removed afterwards, and tries
# them there: the command's own test, a study's check, the programs of docs/cpp.md. Root; fetches 100 MB for the command, 250 MB with the compiler.
#
#   scripts/check_package.sh [ROOT.tar]        # a bare system as a tar file; without it debootstrap makes one
set -euo pipefail
cd "$(dirname "$0")/.."
root=$(mktemp -d)
trap 'rm -rf --one-file-system "$root"' EXIT
if [ -n "${1:-}" ]; then
  tar -C "$root" -xf "$1"
else
  debootstrap --variant=minbase bookworm "$root" >"$root.log" 2>&1 || { tail "$root.log"; exit 3; }
  rm "$root.log"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp build/gradus_*.deb build/gradus-dev_*.deb "$root/"
mkdir "$root/page"
python3 - "$root/page" <<'PYTHON'
import re, sys
from pathlib import Path
page = Path("docs/cpp.md").read_text()
for name, text in re.findall(r"File `([^`]+)`:\n\n```\w+\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
    (Path(sys.argv[1]) / name).write_text(text)
PYTHON
# Not chroot: the kernel gives no user namespace, which the sandbox is made of, to what runs in one.
inside() {
  unshare --mount --propagation private sh -ec 'mount --rbind "$0" "$0"; mount --rbind /proc "$0/proc"; mount --rbind /dev "$0/dev"; cd "$0"; mkdir -p host
    pivot_root . host; cd /; exec env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"' "$root" "$@"
}
inside apt-get update -q >/dev/null
inside sh -c 'apt-get install -q -y --no-install-recommends /gradus_*.deb' >"$root/log" 2>&1 || { tail "$root/log"; exit 1; }
echo "package: $(sed -n 's/^Need to get \(.*\) of archives.*/fetched \1 with what it depends on/p' "$root/log")"
inside gradus doctor
inside gradus study studies/clean_code.toml --check >/dev/null
inside sh -c 'apt-get install -q -y --no-install-recommends g++ cmake make pkg-config /gradus-dev_*.deb' >"$root/log" 2>&1 || { tail "$root/log"; exit 1; }
inside sh -ec 'cd /page; cmake -B build >/dev/null; cmake --build build >/dev/null; build/advantages rollouts.jsonl; test "$(build/sandboxed)" = 42
               g++ -std=c++20 sandboxed.cc -o by_flags $(pkg-config --cflags --libs gradus); test "$(./by_flags)" = 42'
echo "package: the command and the library work in a bare Debian 12"
