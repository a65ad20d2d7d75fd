#!/usr/bin/env bash
# Checks every pinned crate with the command itself: the digest that corpus.json names is the anchor.
# usage: verify.sh COMMAND CORPUS
set -euo pipefail

command=$1
corpus=$2
list=$(dirname "$0")/corpus.json

checked=0
while read -r name version sha256; do
  file="$corpus/crates/$name-$version.crate"
  [ -e "$file" ] || continue
  if ! report=$("$command" verify "$file" --sha256 "$sha256" --checks checksum --format json); then
    echo "$name@$version is not what corpus.json names: $report" >&2
    exit 1
  fi
  checked=$((checked + 1))
done < <(python3 -c '
import json, sys
for crate in json.load(open(sys.argv[1]))["crates"]:
    print(crate["name"], crate["version"], crate["sha256"])
' "$list")
[ "$checked" -gt 0 ] || { echo "the corpus holds no crate" >&2; exit 1; }
echo "cratetrust: $checked pinned crates have the digest that is pinned for them"
