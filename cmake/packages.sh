#!/usr/bin/env bash
# usage: packages.sh NAME... : installs those Debian packages that are missing, when it may.
set -euo pipefail
missing=()
for name in "$@"; do
  dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
done
[ ${#missing[@]} -gt 0 ] || exit 0
if ! command -v apt-get >/dev/null; then
  echo "not a Debian system: please provide ${missing[*]}; CMake downloads the header-only ones"
  exit 0
fi
as_root=()
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "please install as root: apt-get install ${missing[*]}; CMake downloads the header-only ones"
    exit 0
  fi
  as_root=(sudo)
fi
echo "installing ${missing[*]}"
log=$(mktemp)
{
  "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
} >"$log" 2>&1 || { tail -20 "$log"; exit 1; }
rm -f "$log"
