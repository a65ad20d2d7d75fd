#!/usr/bin/env bash
# The demo: a real project, from nothing but its Cargo.lock and an ordinary `cargo fetch`.
# usage: demo.sh COMMAND CORPUS
set -euo pipefail

command=$(realpath "$1")
corpus=$(realpath "$2")
project=ripgrep-14.1.1
work=$corpus/demo

bold=; dim=; reset=
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m'; dim=$'\e[2m'; reset=$'\e[0m'; fi
say() { printf '\n%s== %s%s\n' "$bold" "$*" "$reset"; }
show() { printf '%s$ %s%s\n' "$dim" "$*" "$reset"; }

rm -rf "$work"
mkdir -p "$work/home"
tar -xzf "$corpus/crates/$project.crate" -C "$work"
cd "$work/$project"

say "A real project: $project, fetched by cargo as anyone would"
show "cargo fetch --locked"
CARGO_HOME=$work/home cargo fetch --locked --quiet

say "What its lockfile holds"
show "cratetrust inspect Cargo.lock"
"$command" inspect Cargo.lock

say "Are the cached crates the ones that Cargo.lock names, and are their archives honest?"
show "cratetrust verify \$CARGO_HOME --lockfile Cargo.lock"
"$command" verify "$work/home" --lockfile Cargo.lock

say "Its bill of materials, in two standards"
show "cratetrust sbom Cargo.lock -o ripgrep.cdx.json"
"$command" sbom Cargo.lock --output-format cyclonedx-json -o ripgrep.cdx.json
show "cratetrust sbom Cargo.lock --output-format spdx-json -o ripgrep.spdx.json"
"$command" sbom Cargo.lock --output-format spdx-json -o ripgrep.spdx.json
ls -l ripgrep.cdx.json ripgrep.spdx.json | awk '{print "  " $9 "  " $5 " bytes"}'

say "Do they tell the truth about the lockfile?"
for sbom in ripgrep.cdx.json ripgrep.spdx.json; do
  show "cratetrust verify-sbom $sbom Cargo.lock"
  "$command" verify-sbom "$sbom" Cargo.lock
done

expect_failure() {
  set +e
  "$@"
  local status=$?
  set -e
  if [ "$status" -ne 1 ]; then
    echo "the demo expected exit status 1, this was $status" >&2
    exit 1
  fi
}

say "Now one byte of one cached crate changes. Cargo does not notice."
victim=$(find "$work/home/registry/cache" -name 'memchr-*.crate' | head -n 1)
printf '\xff' | dd of="$victim" bs=1 seek=5000 count=1 conv=notrunc status=none
show "cargo fetch --locked --offline"
CARGO_HOME=$work/home cargo fetch --locked --offline --quiet && echo "  cargo: no complaint, exit status 0"
show "cratetrust verify \$CARGO_HOME --lockfile Cargo.lock --checks checksum"
expect_failure "$command" verify "$work/home" --lockfile Cargo.lock --checks checksum

say "And an SBOM that names one version too old."
sed -e 's/itoa@1\.0\.11/itoa@1.0.10/g' -e '/"name": "itoa"/{n;s/1\.0\.11/1.0.10/}' ripgrep.cdx.json > lie.cdx.json
show "cratetrust verify-sbom lie.cdx.json Cargo.lock"
expect_failure "$command" verify-sbom lie.cdx.json Cargo.lock

printf '\n%sDone.%s The files lie in %s\n' "$bold" "$reset" "$2/demo/$project"
